use sea_orm::DbBackend;

use super::{after_prefix, containing, places, rows_of_places, spell};

// OPS-02
#[test]
fn postgres_gets_numbered_parameters() {
    assert_eq!(spell(DbBackend::Postgres, "a = ? AND b = ?"), "a = $1 AND b = $2");
    assert_eq!(spell(DbBackend::Sqlite, "a = ? AND b = ?"), "a = ? AND b = ?");
}

#[test]
fn places_are_as_many_as_asked_for() {
    assert_eq!(places(0), "");
    assert_eq!(places(3), "?, ?, ?");
    assert_eq!(rows_of_places(2, 2), "(?, ?), (?, ?)");
}

// CARD-11
#[test]
fn a_prefix_becomes_a_range() {
    assert_eq!(after_prefix("note"), Some("notf".to_owned()));
    assert_eq!(after_prefix("春\u{10FFFF}"), Some("昦".to_owned()));
    assert_eq!(after_prefix("\u{D7FF}"), Some("\u{E000}".to_owned()));
    assert_eq!(after_prefix("\u{10FFFF}"), None);
    assert_eq!(after_prefix(""), None);
}

// SEC-05
#[test]
fn wildcards_in_a_search_mean_themselves() {
    assert_eq!(containing("50%_!"), "%50!%!_!!%");
}
