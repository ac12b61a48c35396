use serde::Deserialize;
use serde_json::Value;

use super::*;
use crate::http::extract::Locale;

#[derive(Debug, Deserialize, Validate)]
struct Order {
    #[validate(length(min = 1, max = 4))]
    name: String,
    #[validate(range(min = 1, max = 9))]
    count: u32,
    #[allow(dead_code, reason = "only its reading is tested")]
    kind: Option<Kind>,
    #[validate(nested)]
    inner: Option<Inner>,
    #[allow(dead_code, reason = "only its reading is tested")]
    list: Option<Vec<u8>>,
}

#[derive(Debug, Deserialize, Validate)]
struct Inner {
    #[validate(length(max = 2))]
    note: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Known,
}

fn refusal(json: &str) -> Value {
    parse::<Order>(json.as_bytes()).unwrap_err().document(Locale::En, "", "")
}

fn fault(json: &str) -> String {
    let document = refusal(json);
    assert_eq!(document["code"], "validation.failed", "{document}");
    let faults = document["errors"].as_array().unwrap().iter();
    let names = faults.map(|e| format!("{} {}", e["field"].as_str().unwrap(), e["code"].as_str().unwrap()));
    names.collect::<Vec<_>>().join(", ")
}

// SEC-05
#[test]
fn each_field_at_fault_is_named_with_its_path() {
    assert_eq!(fault(r#"{"count":1}"#), "name required");
    assert_eq!(fault(r#"{"name":1,"count":1}"#), "name wrong_type");
    assert_eq!(fault(r#"{"name":"a","count":"1"}"#), "count wrong_type");
    assert_eq!(fault(r#"{"name":"a","count":-1}"#), "count wrong_type");
    assert_eq!(fault(r#"{"name":"a","count":1e999}"#.replace("1e999", "99999999999").as_str()), "count wrong_type");
    assert_eq!(fault(r#"{"name":"a","count":1,"kind":"x"}"#), "kind unknown_value");
    assert_eq!(fault(r#"{"name":"a","count":1,"kind":7}"#), "kind wrong_type");
    assert_eq!(fault(r#"{"name":"a","count":1,"inner":{}}"#), "inner.note required");
    assert_eq!(fault(r#"{"name":"a","count":1,"list":[1,"x"]}"#), "list[1] wrong_type");
    assert_eq!(
        fault(r#"{"name":"","count":10,"inner":{"note":"abc"}}"#),
        "count out_of_range, inner.note too_long, name too_short"
    );
    assert_eq!(fault("[]"), " wrong_type");
    assert_eq!(fault("null"), " wrong_type");
}

// SEC-05
#[test]
fn what_is_not_json_is_refused_without_repeating_it() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in ["{", "{\"name\":\"\u{1}\"}", "{} {}", "secret", deep.as_str(), r#"{"name":"a\u0000","count":1}"#] {
        let document = refusal(body);
        assert!(
            matches!(document["code"].as_str(), Some("request.malformed_json" | "validation.failed")),
            "{document}"
        );
        assert!(!document.to_string().contains("secret"));
    }
    let problem = parse::<Order>(b"{\"name\":\"\xff\xfe\",\"count\":1}").unwrap_err();
    assert_eq!(problem.code().status(), 400);
}

// SEC-05
#[test]
fn fields_we_do_not_know_are_ignored_and_an_escaped_backslash_is_no_nul() {
    let order: Order = parse(br#"{"name":"\\u","count":2,"more":[1]}"#).unwrap();
    assert_eq!((order.name.as_str(), order.count), ("\\u", 2));
    assert!(!holds_nul(br#"\\u0000"#));
    assert!(holds_nul(br#"\\\u0000"#));
    assert!(!holds_nul(b"\\"));
}
