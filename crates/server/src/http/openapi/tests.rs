use std::collections::HashMap;

use super::*;
use crate::documents;

// DOC-01
#[test]
fn the_committed_document_is_the_one_served() {
    let json = document("Cardkey").to_pretty_json().unwrap();
    documents::check("docs/openapi.json", &format!("{json}\n"));
}

// DOC-01
#[test]
fn no_two_types_share_a_name() {
    let mut seen: HashMap<String, String> = HashMap::new();
    for route in routes() {
        let mut sketch = Sketch::default();
        (route.describe)(&mut sketch);
        for (name, schema) in sketch.schemas {
            let json = serde_json::to_string(&schema).unwrap();
            let first = seen.entry(name.clone()).or_insert_with(|| json.clone());
            assert_eq!(*first, json, "two types are called {name}; the OpenAPI document can show but one");
        }
    }
}

// DOC-01
#[test]
fn every_reference_leads_somewhere() {
    let json = document("Cardkey").to_json().unwrap();
    let whole: serde_json::Value = serde_json::from_str(&json).unwrap();
    for reference in json.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(whole["components"]["schemas"].get(name).is_some(), "{name} is referred to and not there");
    }
}
