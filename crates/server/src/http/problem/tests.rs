use super::*;

// SEC-06
#[test]
fn the_document_has_every_member_in_the_language_asked_for() {
    let problem =
        Problem::from(Code::AuthForbidden).detail("需要权限 x", "The permission x is needed").with("permission", "x");
    let document = problem.document(Locale::Zh, "https://host", "r-1");
    let expected = json!({
        "success": false,
        "code": "auth.forbidden",
        "message": "没有权限",
        "type": "https://host/errors#auth.forbidden",
        "title": "没有权限",
        "status": 403,
        "detail": "需要权限 x",
        "errors": [],
        "request_id": "r-1",
        "permission": "x",
    });
    assert_eq!(document, expected);
    assert_eq!(problem.document(Locale::En, "", "")["detail"], "The permission x is needed");
}

// SEC-06
#[test]
fn a_failure_of_ours_tells_the_caller_nothing_and_the_log_everything() {
    let inner = std::io::Error::other("disk on fire at /secret/path");
    let problem = Problem::from(StoreError::Backend(inner.into()));
    let document = problem.document(Locale::En, "", "r").to_string();
    assert!(document.contains("internal error") && !document.contains("fire"), "{document}");
    assert_eq!(problem.chain().unwrap(), "the store failed: disk on fire at /secret/path");
}

// SEC-06
#[test]
fn an_unavailable_store_is_to_be_tried_again() {
    let problem = Problem::from(StoreError::Unavailable("down".into()));
    let response = problem.response(Locale::En, "", "r");
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers().get("retry-after").unwrap(), "1");
}
