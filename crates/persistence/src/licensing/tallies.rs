//! How many card keys stand in each state, without counting a million rows: every change appends what it adds and takes away, a list sums
//! it up (`card_key_counts.rs`), and a job folds the rows of a batch into one. Appending never waits for another unit of work.

use std::collections::BTreeMap;

use cardkey_domain::{AppId, BatchId};
use cardkey_events::StoreError;
use cardkey_licensing::model::CardKeyState;
use sea_orm::DbBackend;

use crate::database::Database;
use crate::sql::{On, Param, Pick, Row, all, execute, for_update, one, params, places};

const COLUMNS: [&str; CardKeyState::ALL.len()] = ["unused", "activated", "expired", "disabled", "deleted"];

/// Rows folded in one unit of work: few, since on SQLite everybody waits for it.
const MOST_FOLDED: u32 = 256;

/// How many card keys stand in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts([i64; CardKeyState::ALL.len()]);

impl Counts {
    pub(crate) fn of(&self, state: CardKeyState) -> u64 {
        let place = CardKeyState::ALL.iter().position(|known| *known == state).unwrap_or_default();
        u64::try_from(self.0[place]).unwrap_or(0)
    }

    pub(super) fn add(&mut self, state: CardKeyState, count: u64) {
        let place = CardKeyState::ALL.iter().position(|known| *known == state).unwrap_or_default();
        self.0[place] += i64::try_from(count).unwrap_or(i64::MAX);
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        let mut counts = Self::default();
        for (count, column) in counts.0.iter_mut().zip(COLUMNS) {
            *count = row.opt(column)?.unwrap_or(0);
        }
        Ok(counts)
    }
}

/// The sum of the rows that are picked.
pub(crate) async fn of(db: &Database, pick: &Pick) -> Result<Counts, StoreError> {
    let sql = format!("SELECT {} FROM card_key_tallies{}", sums(db.backend()), pick.conditions());
    let row = one(db.reads(), &sql, pick.params()).await?;
    row.map_or(Ok(Counts::default()), |row| Counts::read(&row))
}

/// Puts one row in the place of the many of each batch, a stretch of rows at a time. Rows that appear meanwhile are left for the next time.
pub(super) async fn fold(db: &Database) -> Result<(), StoreError> {
    let newest = one(db.reads(), "SELECT MAX(id) AS newest FROM card_key_tallies", Vec::new()).await?;
    let Some(newest) = newest.map(|row| row.opt::<i64>("newest")).transpose()?.flatten() else { return Ok(()) };
    let mut after = 0;
    while after < newest {
        let mut work = db.work();
        let stretch = Stretch::read(work.on(), after, newest).await?;
        let Some(last) = stretch.ids.last() else { return Ok(()) };
        after = *last;
        if stretch.sums.len() < stretch.ids.len() {
            stretch.delete(work.on()).await?;
            for ((app, batch), counts) in stretch.sums {
                for (state, count) in CardKeyState::ALL.into_iter().zip(counts.0) {
                    work.journal.tally(app, batch, state, count);
                }
            }
            work.keep().await?;
        }
    }
    Ok(())
}

/// Some of the rows, and what they sum up to.
struct Stretch {
    ids: Vec<i64>,
    sums: BTreeMap<(AppId, BatchId), Counts>,
}

impl Stretch {
    async fn read(on: On<'_>, after: i64, newest: i64) -> Result<Self, StoreError> {
        let sql = format!(
            "SELECT id, app_id, batch_id, {} FROM card_key_tallies WHERE id > ? AND id <= ? ORDER BY id LIMIT ?{}",
            COLUMNS.join(", "),
            for_update(on.backend())
        );
        let mut stretch = Self { ids: Vec::new(), sums: BTreeMap::new() };
        for row in all(on, &sql, params![after, newest, MOST_FOLDED]).await? {
            stretch.ids.push(row.get("id")?);
            let sum = stretch.sums.entry((row.get("app_id")?, row.get("batch_id")?)).or_default();
            for (sum, count) in sum.0.iter_mut().zip(Counts::read(&row)?.0) {
                *sum += count;
            }
        }
        Ok(stretch)
    }

    async fn delete(&self, on: On<'_>) -> Result<(), StoreError> {
        for ids in self.ids.chunks(10_000) {
            let sql = format!("DELETE FROM card_key_tallies WHERE id IN ({})", places(ids.len()));
            execute(on, &sql, ids.iter().map(|id| id.value()).collect()).await?;
        }
        Ok(())
    }
}

/// The sums of the columns, as 64-bit numbers: PostgreSQL and MySQL would sum to decimals.
fn sums(backend: DbBackend) -> String {
    let number = if backend == DbBackend::MySql { "SIGNED" } else { "BIGINT" };
    COLUMNS.map(|column| format!("CAST(SUM({column}) AS {number}) AS {column}")).join(", ")
}
