//! What a unit of work only appends: events, audit rows and counts of card keys. They are kept until the commit and then written together,
//! one statement a table, because round trips are what a transaction mostly costs. None of them can lose a race, so nothing is known later
//! than it should be.

use std::collections::BTreeMap;

use async_trait::async_trait;
use cardkey_domain::{AppId, BatchId};
use cardkey_events::{AuditEntry, AuditLog, Event, Happening, Outbox, StoreError};
use cardkey_licensing::model::CardKeyState;
use sea_orm::Value;

use crate::sql::{On, Write, execute_together, params, rows_of_places};
use crate::work::Work;

/// The rows that wait for the commit.
#[derive(Default)]
pub(crate) struct Journal {
    events: Vec<Value>,
    audit: Vec<Value>,
    tallies: BTreeMap<(AppId, BatchId), [i64; CardKeyState::ALL.len()]>,
}

const EVENT_COLUMNS: &str = "id, occurred_at, actor, request_id, name, schema_version, data";
const EVENT_WIDTH: usize = 7;

const SCHEMA: u32 = Happening::SCHEMA as u32;

const AUDIT_COLUMNS: &str = "id, occurred_at, user_id, actor, noun, action, target_kind, target_id, ip, user_agent, request_id, \
                             status, level, code, details, search";
const AUDIT_WIDTH: usize = 16;

const TALLY_COLUMNS: &str = "app_id, batch_id, unused, activated, expired, disabled, deleted";
const TALLY_WIDTH: usize = 7;

impl Journal {
    /// Whether the outbox gets something.
    pub(crate) fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// Counts so many more card keys in a state; fewer where `count` is negative.
    pub(crate) fn tally(&mut self, app: AppId, batch: BatchId, state: CardKeyState, count: i64) {
        let counts = self.tallies.entry((app, batch)).or_default();
        if let Some(place) = CardKeyState::ALL.iter().position(|known| *known == state) {
            counts[place] += count;
        }
    }

    /// Everything that waits, as writes that travel with those that come first; where that is too much for one statement, what is returned
    /// goes by itself.
    pub(crate) fn into_writes(self, first: &mut Vec<Write>) -> Vec<Write> {
        let mut tallies = Vec::with_capacity(self.tallies.len() * TALLY_WIDTH);
        for ((app, batch), counts) in self.tallies {
            tallies.extend(params![app, batch, counts[0], counts[1], counts[2], counts[3], counts[4]]);
        }
        let all = [
            ("card_key_tallies", TALLY_COLUMNS, TALLY_WIDTH, tallies),
            ("audit_logs", AUDIT_COLUMNS, AUDIT_WIDTH, self.audit),
            ("outbox", EVENT_COLUMNS, EVENT_WIDTH, self.events),
        ];
        let is_little = all.iter().map(|(.., values)| values.len()).sum::<usize>() <= MOST_VALUES / 2;
        let writes = all.into_iter().flat_map(|(table, columns, width, values)| inserts(table, columns, width, values));
        if is_little {
            first.extend(writes);
            return Vec::new();
        }
        writes.collect()
    }
}

/// Values that every database takes in one statement.
const MOST_VALUES: usize = 32_000;

/// Inserts rows, as many in a statement as every database takes.
pub(crate) async fn insert(
    on: On<'_>,
    table: &str,
    columns: &str,
    width: usize,
    values: Vec<Value>,
) -> Result<(), StoreError> {
    for write in inserts(table, columns, width, values) {
        execute_together(on, vec![write]).await?;
    }
    Ok(())
}

fn inserts(table: &str, columns: &str, width: usize, mut values: Vec<Value>) -> Vec<Write> {
    let most = MOST_VALUES / width * width;
    let mut writes = Vec::new();
    while !values.is_empty() {
        let rest = values.split_off(values.len().min(most));
        let places = rows_of_places(values.len() / width, width);
        writes.push(Write::insert(format!("INSERT INTO {table} ({columns}) VALUES {places}"), values));
        values = rest;
    }
    writes
}

#[async_trait]
impl Outbox for Work {
    async fn append(&mut self, event: &Event) -> Result<(), StoreError> {
        let (name, data) = event.happening.to_parts();
        let actor = serde_json::to_string(&event.actor).map_err(|error| StoreError::Backend(error.into()))?;
        let row = params![event.id, event.at, actor, &event.request_id, name, SCHEMA, data.to_string()];
        self.journal.events.extend(row);
        Ok(())
    }
}

#[async_trait]
impl AuditLog for Work {
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let noun = entry.action.split('.').next().unwrap_or_default();
        let details = entry.details.to_string();
        let search = searchable(entry, &details);
        let row = params![
            entry.id,
            entry.at,
            entry.user_id,
            cut(&entry.actor, 255),
            noun,
            &entry.action,
            entry.target_kind.as_deref(),
            entry.target_id.as_deref().map(|id| cut(id, 255)),
            entry.ip,
            entry.user_agent.as_deref().map(|agent| cut(agent, 255)),
            cut(&entry.request_id, 255),
            entry.status.as_str(),
            entry.level.as_str(),
            entry.code.as_deref().map(|code| cut(code, 64)),
            details,
            search,
        ];
        self.journal.audit.extend(row);
        Ok(())
    }
}

/// What a search by text looks through, in lower case: a line for each field.
fn searchable(entry: &AuditEntry, details: &str) -> String {
    let fields = [
        Some(entry.actor.as_str()),
        Some(entry.action.as_str()),
        entry.target_id.as_deref(),
        entry.code.as_deref(),
        Some(entry.request_id.as_str()),
        Some(details),
    ];
    fields.into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase()
}

/// The first `most` characters.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}
