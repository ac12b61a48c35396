//! DDL written once for three databases.
//!
//! Column types, upper-case, are words of our own:
//!
//! | word | SQLite | PostgreSQL | MySQL |
//! |---|---|---|---|
//! | `UUID` | `BLOB` | `uuid` | `BINARY(16)` |
//! | `HASH` (32 bytes) | `BLOB` | `bytea` | `BINARY(32)` |
//! | `STR(n)` (n characters, indexable) | `TEXT` | `varchar(n)`, collated by code point | `VARCHAR(n)` |
//! | `KEY(n)` (n characters that others chose, told apart to the last blank) | `TEXT` | as `STR` | `VARBINARY(4n)` |
//! | `TEXT`, `BLOB` (any length) | the same | `text`, `bytea` | `LONGTEXT`, `LONGBLOB` |
//! | `BIGINT`, `BOOL` | the same | the same | the same |
//! | `SERIAL` (a primary key counted up) | `INTEGER PRIMARY KEY` | identity | `AUTO_INCREMENT` |
//!
//! Strings compare by code point everywhere, so a search by prefix is a range of an index on all three.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

/// How SQLite keeps the rows of a table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// In the order of the primary key: for small rows that are found by it.
    ByKey,
    /// In the order of arrival, with the keys beside them: for rows of any size.
    Heap,
}

/// A table about to be made.
pub(crate) struct Table<'a> {
    manager: &'a SchemaManager<'a>,
    name: &'static str,
}

/// Makes a table of the columns given in the words of this module.
pub(crate) async fn create_table<'a>(
    manager: &'a SchemaManager<'a>,
    name: &'static str,
    rows: Rows,
    columns: &str,
) -> Result<Table<'a>, DbErr> {
    let backend = manager.get_database_backend();
    let end = match backend {
        DbBackend::Sqlite if rows == Rows::ByKey => " WITHOUT ROWID",
        DbBackend::MySql => " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
        _ => "",
    };
    let sql = format!("CREATE TABLE {name} ({}){end}", spell(backend, columns));
    run(manager.get_connection(), &sql).await?;
    Ok(Table { manager, name })
}

/// A table that stands already.
pub(crate) fn table<'a>(manager: &'a SchemaManager<'a>, name: &'static str) -> Table<'a> {
    Table { manager, name }
}

/// Adds a column, given in the words of this module, to a table that an earlier migration made.
pub(crate) async fn add_column(manager: &SchemaManager<'_>, table: &str, column: &str) -> Result<(), DbErr> {
    let sql = format!("ALTER TABLE {table} ADD COLUMN {}", spell(manager.get_database_backend(), column));
    run(manager.get_connection(), &sql).await
}

impl Table<'_> {
    /// Makes a unique index; its name is what a broken promise is told by.
    pub(crate) async fn unique(&self, index: &str, columns: &str) -> Result<&Self, DbErr> {
        self.make("UNIQUE INDEX", index, columns, "").await
    }

    /// Makes an index.
    pub(crate) async fn index(&self, index: &str, columns: &str) -> Result<&Self, DbErr> {
        self.make("INDEX", index, columns, "").await
    }

    /// Makes an index of the rows that meet a condition; of all rows on MySQL, which knows no such indexes.
    pub(crate) async fn index_where(&self, index: &str, columns: &str, condition: &str) -> Result<&Self, DbErr> {
        self.make("INDEX", index, columns, condition).await
    }

    /// Drops an index.
    pub(crate) async fn drop_index(&self, index: &str) -> Result<&Self, DbErr> {
        let of = if self.manager.get_database_backend() == DbBackend::MySql {
            format!(" ON {}", self.name)
        } else {
            String::new()
        };
        run(self.manager.get_connection(), &format!("DROP INDEX {index}{of}")).await?;
        Ok(self)
    }

    async fn make(&self, kind: &str, index: &str, columns: &str, condition: &str) -> Result<&Self, DbErr> {
        let partial = !condition.is_empty() && self.manager.get_database_backend() != DbBackend::MySql;
        let end = if partial { format!(" WHERE {condition}") } else { String::new() };
        let sql = format!("CREATE {kind} {index} ON {} ({columns}){end}", self.name);
        run(self.manager.get_connection(), &sql).await?;
        Ok(self)
    }
}

async fn run(connection: &SchemaManagerConnection<'_>, sql: &str) -> Result<(), DbErr> {
    connection.execute_unprepared(sql).await.map(|_| ())
}

/// Puts the database's own column types in the place of our words.
fn spell(backend: DbBackend, columns: &str) -> String {
    let mut spelt = String::with_capacity(columns.len() * 2);
    let mut rest = columns;
    while let Some(start) = rest.find(|c: char| c.is_ascii_uppercase()) {
        spelt.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        if word == "STR" || (word == "KEY" && rest.starts_with('(')) {
            let close = rest.find(')').map_or(rest.len(), |at| at + 1);
            spelt.push_str(&string_of(backend, word, &rest[..close]));
            rest = &rest[close..];
        } else {
            spelt.push_str(type_of(backend, word));
        }
    }
    spelt.push_str(rest);
    spelt
}

fn string_of(backend: DbBackend, word: &str, length: &str) -> String {
    match backend {
        DbBackend::Postgres => format!("varchar{length} COLLATE \"C\""),
        // Its collations by code point overlook blanks at the end; bytes are told apart, up to four of them for a character.
        DbBackend::MySql if word == "KEY" => {
            let characters: u32 = length.trim_matches(['(', ')']).parse().unwrap_or_default();
            format!("VARBINARY({})", characters * 4)
        }
        DbBackend::MySql => format!("VARCHAR{length}"),
        _ => "TEXT".to_owned(),
    }
}

fn type_of(backend: DbBackend, word: &str) -> &str {
    match (word, backend) {
        ("UUID" | "HASH", DbBackend::Sqlite) => "BLOB",
        ("UUID", DbBackend::Postgres) => "uuid",
        ("UUID", _) => "BINARY(16)",
        ("HASH" | "BLOB", DbBackend::Postgres) => "bytea",
        ("HASH", _) => "BINARY(32)",
        ("BLOB", DbBackend::MySql) => "LONGBLOB",
        ("TEXT", DbBackend::Postgres) => "text COLLATE \"C\"",
        ("TEXT", DbBackend::MySql) => "LONGTEXT",
        ("BOOL", DbBackend::Postgres) => "boolean",
        ("BOOL", _) => "BOOLEAN",
        ("SERIAL", DbBackend::Sqlite) => "INTEGER PRIMARY KEY",
        ("SERIAL", DbBackend::Postgres) => "bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
        ("SERIAL", _) => "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
        _ => word,
    }
}

#[cfg(test)]
mod tests;
