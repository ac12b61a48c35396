use cardkey_domain::Id;

use super::*;
use crate::memory::an_entry;

// AUD-02
#[test]
fn an_action_is_found_by_its_name_and_by_its_noun_but_not_by_a_piece_of_either() {
    let entry = an_entry("card_key.activate");
    let by = |action: &str| AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() }.agrees(&entry);
    assert!(by("card_key.activate"));
    assert!(by("card_key"));
    assert!(!by("card"));
    assert!(!by("card_key.act"));
}

// AUD-02
#[test]
fn a_target_is_a_kind_an_identifier_or_both() {
    let id = cardkey_domain::CardKeyId::from_uuid(Uuid::from_u128(7)).to_string();
    let entry = AuditEntry {
        target_kind: Some("card_key".into()),
        target_id: Some(id.clone()),
        ..an_entry("card_key.disable")
    };
    let by =
        |text: &str| AuditFilter { target: Some(AuditTarget::parse(text)), ..AuditFilter::default() }.agrees(&entry);
    assert!(by("card_key"));
    assert!(by(&id.to_uppercase()));
    assert!(by(&format!("card_key:{id}")));
    assert!(!by("app"));
    assert!(!by(&format!("app:{id}")));
}

// AUD-02
#[test]
fn times_take_in_the_first_moment_and_leave_out_the_last() {
    let entry = an_entry("app.register");
    let between = |from: Timestamp, to: Timestamp| {
        AuditFilter { from: Some(from), to: Some(to), ..AuditFilter::default() }.agrees(&entry)
    };
    let later = Timestamp::from_micros(entry.at.micros() + 1);
    assert!(between(entry.at, later));
    assert!(!between(later, later));
    assert!(!between(Timestamp::EPOCH, entry.at));
}

// AUD-02
#[test]
fn text_is_found_in_details_whatever_its_case() {
    let entry = AuditEntry { details: serde_json::json!({ "name": "Acme Player" }), ..an_entry("app.register") };
    let by = |text: &str| AuditFilter { text: Some(text.to_owned()), ..AuditFilter::default() }.agrees(&entry);
    assert!(by("acme"));
    assert!(!by("%"));
}
