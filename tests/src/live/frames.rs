use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// Insists that a frame of the server is one of those of the document.
///
/// # Panics
/// When it is not.
pub fn is_server_frame(frame: &Value) {
    static SCHEMA: LazyLock<Validator> = LazyLock::new(|| schema("ServerFrame"));
    check(&SCHEMA, frame);
}

/// A frame of a client, which is one of those of the document.
///
/// # Panics
/// When it is not.
#[must_use]
pub fn client_frame(frame: &Value) -> String {
    static SCHEMA: LazyLock<Validator> = LazyLock::new(|| schema("ClientFrame"));
    check(&SCHEMA, frame);
    frame.to_string()
}

fn check(schema: &Validator, frame: &Value) {
    let faults: Vec<String> = schema.iter_errors(frame).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "docs/asyncapi.yaml knows no such frame: {frame}: {faults:?}");
}

fn schema(name: &str) -> Validator {
    let document = include_str!("../../../docs/asyncapi.yaml");
    let document: Value = serde_yaml_ng::from_str(document).expect("docs/asyncapi.yaml is YAML");
    let schemas = &document["components"]["schemas"];
    assert!(schemas[name].is_object(), "docs/asyncapi.yaml has no schema {name}");
    let reference = format!("#/components/schemas/{name}");
    let schema = json!({ "$ref": reference, "components": { "schemas": schemas } });
    jsonschema::validator_for(&schema).expect("docs/asyncapi.yaml holds JSON Schemas")
}
