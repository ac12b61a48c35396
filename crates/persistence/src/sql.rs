//! Statements and rows: SQL is written once, with `?` for every parameter, for all three databases.

mod merge;
mod on;
mod param;
mod pick;
mod row;
mod together;

use std::borrow::Cow;
use std::fmt::Write as _;

use cardkey_events::StoreError;
use sea_orm::{DbBackend, Statement, Value};

pub(crate) use merge::Merge;
pub(crate) use on::On;
pub(crate) use param::Param;
pub(crate) use pick::Pick;
pub(crate) use row::Row;
pub(crate) use together::{Write, execute_together, is_one_statement};

/// The values of a statement, in the order of its question marks.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::Param::value($value)),*] };
}
pub(crate) use params;

/// Runs a statement; returns how many rows it changed – on MySQL too how many it matched, since sqlx asks for that
/// (`CLIENT_FOUND_ROWS`), so that a conditional write counts the same everywhere.
pub(crate) async fn execute(on: On<'_>, sql: &str, params: Vec<Value>) -> Result<u64, StoreError> {
    on.execute(statement(on.backend(), sql, params)).await
}

/// Runs a conditional write of one row; returns whether it won.
pub(crate) async fn won(on: On<'_>, sql: &str, params: Vec<Value>) -> Result<bool, StoreError> {
    Ok(execute(on, sql, params).await? > 0)
}

/// The first row of a query.
pub(crate) async fn one(on: On<'_>, sql: &str, params: Vec<Value>) -> Result<Option<Row>, StoreError> {
    let row = on.first(statement(on.backend(), sql, params)).await?;
    Ok(row.map(Row::new))
}

/// Every row of a query.
pub(crate) async fn all(on: On<'_>, sql: &str, params: Vec<Value>) -> Result<Vec<Row>, StoreError> {
    let rows = on.every(statement(on.backend(), sql, params)).await?;
    Ok(rows.into_iter().map(Row::new).collect())
}

/// The number in the first column of the first row.
pub(crate) async fn number(on: On<'_>, sql: &str, params: Vec<Value>) -> Result<u64, StoreError> {
    let row = one(on, sql, params).await?.ok_or_else(|| StoreError::damaged("a count without a row"))?;
    row.get("n")
}

fn statement(backend: DbBackend, sql: &str, params: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(backend, spell(backend, sql), params)
}

/// PostgreSQL numbers its parameters; the others take question marks.
fn spell(backend: DbBackend, sql: &str) -> Cow<'_, str> {
    if backend != DbBackend::Postgres {
        return Cow::Borrowed(sql);
    }
    let mut spelt = String::with_capacity(sql.len() + 16);
    for (number, part) in sql.split('?').enumerate() {
        if number > 0 {
            let _ = write!(spelt, "${number}");
        }
        spelt.push_str(part);
    }
    Cow::Owned(spelt)
}

/// `?, ?, …`: the places of a list of values.
pub(crate) fn places(count: usize) -> String {
    let mut places = "?, ".repeat(count);
    places.truncate(places.len().saturating_sub(2));
    places
}

/// `(?, …), (?, …), …`: the places of several rows.
pub(crate) fn rows_of_places(rows: usize, columns: usize) -> String {
    let row = format!("({}), ", places(columns));
    let mut all = row.repeat(rows);
    all.truncate(all.len().saturating_sub(2));
    all
}

/// The columns of a joined table, named so that [`Row::under`] finds them: `l.id AS l_id, …`.
pub(crate) fn columns(table: &str, columns: &str) -> String {
    columns
        .split(',')
        .map(str::trim)
        .map(|column| format!("{table}.{column} AS {table}_{column}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Updates many rows, each from its own row of values: `set` may name both. The values' rows are called `values_as`; their first column is
/// the identifier. Further conditions may follow.
pub(crate) fn update_from(
    backend: DbBackend,
    table: &str,
    set: &str,
    values_as: &str,
    value_columns: &[&str],
    rows: usize,
) -> String {
    let first = value_columns.iter().map(|column| format!("? AS {column}")).collect::<Vec<_>>().join(", ");
    let next = format!(" UNION ALL SELECT {}", places(value_columns.len()));
    let values = format!("(SELECT {first}{}) AS {values_as}", next.repeat(rows.saturating_sub(1)));
    let id = value_columns[0];
    match backend {
        DbBackend::MySql => format!("UPDATE {table} JOIN {values} SET {set} WHERE {table}.{id} = {values_as}.{id}"),
        _ => format!("UPDATE {table} SET {set} FROM {values} WHERE {table}.{id} = {values_as}.{id}"),
    }
}

/// What a locking read ends with; SQLite's one writer holds everything anyway.
pub(crate) fn for_update(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Sqlite { "" } else { " FOR UPDATE" }
}

/// The least text that is greater than every text beginning with `prefix`, so that a search by prefix is a range of an index. `None`
/// where there is none.
pub(crate) fn after_prefix(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

/// A pattern for `LIKE … ESCAPE '!'` that finds `text` anywhere.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests;
