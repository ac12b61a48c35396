use std::fmt::Write as _;

use cardkey_events::{Constraint, StoreError};
use sea_orm::{DbBackend, Value};

use super::{On, execute};

/// A write that can travel with others.
pub(crate) struct Write {
    sql: String,
    values: Vec<Value>,
    must_win: bool,
}

impl Write {
    /// An insert.
    pub(crate) fn insert(sql: impl Into<String>, values: Vec<Value>) -> Self {
        Self { sql: sql.into(), values, must_win: false }
    }

    /// A conditional update of one row; where it changes none, [`Constraint::Stale`] undoes the whole unit.
    pub(crate) fn race(sql: impl Into<String>, values: Vec<Value>) -> Self {
        Self { sql: sql.into(), values, must_win: true }
    }
}

/// Runs several writes that do not look at one another, in as few round trips as the database allows: one, save on MySQL. Whoever loses a
/// race inserts a row that stands in `races` already.
pub(crate) async fn execute_together(on: On<'_>, writes: Vec<Write>) -> Result<(), StoreError> {
    if writes.is_empty() {
        return Ok(());
    }
    let join = match on.backend() {
        DbBackend::Sqlite => as_one_text,
        DbBackend::Postgres => as_one_statement,
        _ => return one_by_one(on, writes).await,
    };
    let sql = join(&writes);
    execute(on, &sql, writes.into_iter().flat_map(|write| write.values).collect()).await.map(|_| ())
}

/// Whether [`execute_together`] is one statement, which is a transaction by itself.
pub(crate) fn is_one_statement(backend: DbBackend, writes: &[Write]) -> bool {
    backend == DbBackend::Postgres || (backend == DbBackend::MySql && writes.len() == 1 && !writes[0].must_win)
}

async fn one_by_one(on: On<'_>, writes: Vec<Write>) -> Result<(), StoreError> {
    for write in writes {
        let changed = execute(on, &write.sql, write.values).await?;
        if write.must_win && changed == 0 {
            return Err(StoreError::Conflict(Constraint::Stale));
        }
    }
    Ok(())
}

/// SQLite takes statements one after the other.
fn as_one_text(writes: &[Write]) -> String {
    let mut sql = String::new();
    for write in writes {
        if !sql.is_empty() {
            sql.push_str("; ");
        }
        sql.push_str(&write.sql);
        if write.must_win {
            sql.push_str("; INSERT INTO races (lost) SELECT 1 WHERE changes() = 0");
        }
    }
    sql
}

/// `WITH part0 AS (first), … last`: PostgreSQL runs every part of it.
fn as_one_statement(writes: &[Write]) -> String {
    let mut sql = String::new();
    for (n, write) in writes.iter().enumerate() {
        sql.push_str(if n == 0 { "WITH " } else { ", " });
        let _ = if write.must_win {
            write!(
                sql,
                "part{n} AS ({} RETURNING 1), race{n} AS (INSERT INTO races (lost) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM part{n}))",
                write.sql
            )
        } else {
            write!(sql, "part{n} AS ({})", write.sql)
        };
    }
    sql.push_str(" SELECT 1");
    sql
}
