use cardkey_crypto::hex;

use super::*;
use crate::memory::a_record;

// AUD-06
#[test]
fn every_field_and_its_boundaries_and_the_place_count() {
    let record = a_record(1);
    let changes: [fn(&mut AuditRecord); 18] = [
        |row| row.id = Uuid::from_u128(9),
        |row| row.occurred_at += 1,
        |row| row.user_id = Some(Uuid::nil()),
        |row| row.actor.push(' '),
        |row| row.noun.push('x'),
        |row| row.action.push('x'),
        |row| row.target_kind = Some(String::new()),
        |row| row.target_id = Some("x".into()),
        |row| row.ip = Some("::1".into()),
        |row| row.user_agent = Some(String::new()),
        |row| row.request_id.push('x'),
        |row| row.status = "failed".into(),
        |row| row.level = "DEBUG".into(),
        |row| row.code = Some(String::new()),
        |row| row.details = "{ }".into(),
        |row| row.search.clear(),
        // The same letters, divided otherwise among two fields.
        |row| (row.noun, row.action) = (format!("{}{}", row.noun, row.action), String::new()),
        |row| (row.target_kind, row.target_id) = (None, Some(String::new())),
    ];
    let mut hashes = vec![Link::START.followed_by(&record).hash];
    for change in changes {
        let mut changed = record.clone();
        change(&mut changed);
        hashes.push(Link::START.followed_by(&changed).hash);
    }
    hashes.push(Link { seq: 1, ..Link::START }.followed_by(&record).hash);
    hashes.push(Link { hash: [1; 32], ..Link::START }.followed_by(&record).hash);
    let count = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), count);
}

/// Chains that stand in databases rest on this form: it never changes.
// AUD-06
#[test]
fn the_form_of_a_row_is_fixed() {
    let link = Link::START.followed_by(&a_record(1));
    assert_eq!(link.seq, 1);
    assert_eq!(hex(&link.hash), "02ad78abf74acbdd0b12391249ce2ae8e2dc812e12a51d5ff774f1c84247a058");
}
