use std::collections::HashSet;
use std::fmt::Write;

use super::Code;
use crate::documents;

// SEC-06
#[test]
fn codes_are_unique_and_named_noun_problem() {
    let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for name in names {
        let (noun, problem) = name.split_once('.').unwrap();
        assert!([noun, problem].iter().all(|part| part.chars().all(|c| c.is_ascii_lowercase() || c == '_')), "{name}");
    }
}

// SEC-06
#[test]
fn every_status_is_one_of_a_refusal() {
    assert!(Code::ALL.iter().all(|code| (400..600).contains(&code.status())));
    assert_eq!(Code::SystemInternal.message().en, "internal error");
}

// DOC-01
#[test]
fn the_documentation_lists_every_code() {
    let mut text = String::from(
        "# Errors\n\n\
         Every refusal is a problem document (RFC 9457) with one of these codes. Decide by `code`: it never changes its meaning.\n\
         `message` follows `Accept-Language` (zh-CN by default, or en); `errors` names each field at fault; `request_id` finds the\n\
         request in the log. A 5xx tells nothing but that. This page is made from the table in `crates/server/src/http/error.rs`.\n\n\
         | code | status | zh-CN | en |\n|---|---|---|---|\n",
    );
    for code in Code::ALL {
        let message = code.message();
        writeln!(text, "| `{}` | {} | {} | {} |", code.as_str(), code.status(), message.zh, message.en).unwrap();
    }
    documents::check("docs/errors.md", &text);
}
