use std::collections::BTreeSet;

use serde_json::Value;

fn document() -> Value {
    serde_yaml_ng::from_str(include_str!("../../../../docs/asyncapi.yaml")).unwrap()
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    if let Some(reference) = value.get("$ref") {
        found.insert(reference.as_str().unwrap().to_owned());
    }
    match value {
        Value::Object(members) => members.values().for_each(|member| references(member, found)),
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

// WS-02
#[test]
fn the_document_of_frames_is_whole() {
    let document = document();
    assert_eq!(document["asyncapi"], "3.0.0");
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    for message in document["channels"]["live"]["messages"].as_object().unwrap().keys() {
        let reference = format!("#/channels/live/messages/{message}");
        assert!(found.contains(&reference), "{message} is said by nobody");
    }
    for schema in document["components"]["schemas"].as_object().unwrap().keys() {
        let reference = format!("#/components/schemas/{schema}");
        assert!(found.contains(&reference) || schema.ends_with("Frame"), "{schema} is used nowhere");
    }
}

// DOC-01, WS-02
#[test]
fn people_are_told_of_every_frame_and_close_code() {
    let told = include_str!("../../../../docs/websocket.md");
    for message in document()["channels"]["live"]["messages"].as_object().unwrap().keys() {
        assert!(told.contains(&format!(r#"{{"type":"{message}""#)), "{message}");
    }
    for code in ["1001", "4001", "4003", "4008", "4009", "4010"] {
        assert!(told.contains(&format!("| {code} |")), "{code}");
    }
}
