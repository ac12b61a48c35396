use sea_orm_migration::sea_orm::DbBackend;

use super::spell;

const COLUMNS: &str =
    "id UUID NOT NULL PRIMARY KEY, name STR(64) NOT NULL, given KEY(9), code HASH, at BIGINT, body TEXT, ok BOOL";

// OPS-02
#[test]
fn our_words_become_the_databases_own_types() {
    assert_eq!(
        spell(DbBackend::Sqlite, COLUMNS),
        "id BLOB NOT NULL PRIMARY KEY, name TEXT NOT NULL, given TEXT, code BLOB, at BIGINT, body TEXT, ok BOOLEAN"
    );
    assert_eq!(
        spell(DbBackend::Postgres, COLUMNS),
        "id uuid NOT NULL PRIMARY KEY, name varchar(64) COLLATE \"C\" NOT NULL, \
         given varchar(9) COLLATE \"C\", code bytea, at BIGINT, body text COLLATE \"C\", ok boolean"
    );
    assert_eq!(
        spell(DbBackend::MySql, COLUMNS),
        "id BINARY(16) NOT NULL PRIMARY KEY, name VARCHAR(64) NOT NULL, given VARBINARY(36), code BINARY(32), \
         at BIGINT, body LONGTEXT, ok BOOLEAN"
    );
}
