//! Who took note: however many readers, a handful of statements.

use async_trait::async_trait;
use cardkey_announce::MarkRepository;
use cardkey_announce::model::{Mark, Marked};
use cardkey_domain::{AnnouncementId, Timestamp, UserId};
use cardkey_events::StoreError;
use sea_orm::{DbBackend, Value};

use super::counts::count;
use crate::sql::{On, Param, execute, params, places, rows_of_places};
use crate::work::Work;

/// Readers in one statement.
const AT_ONCE: usize = 5_000;

#[async_trait]
impl MarkRepository for Work {
    async fn mark(
        &mut self,
        id: AnnouncementId,
        users: &[UserId],
        mark: Mark,
        now: Timestamp,
    ) -> Result<Marked, StoreError> {
        let mut marked = Marked::default();
        for users in users.chunks(AT_ONCE) {
            marked.delivered += delivered(self.on(), id, users, now).await?;
            if mark >= Mark::Read {
                marked.read += noted(self.on(), "read_at", id, users, now).await?;
            }
            if mark >= Mark::Confirmed {
                marked.confirmed += noted(self.on(), "confirmed_at", id, users, now).await?;
            }
        }
        if marked != Marked::default() {
            count(self, id, now, marked);
        }
        Ok(marked)
    }
}

async fn delivered(on: On<'_>, id: AnnouncementId, users: &[UserId], now: Timestamp) -> Result<u64, StoreError> {
    let (insert, end) = match on.backend() {
        DbBackend::MySql => ("INSERT IGNORE", ""),
        _ => ("INSERT", " ON CONFLICT (announcement_id, user_id) DO NOTHING"),
    };
    let sql = format!(
        "{insert} INTO announcement_receipts (announcement_id, user_id, delivered_at) VALUES {}{end}",
        rows_of_places(users.len(), 3)
    );
    let values: Vec<Value> = users.iter().flat_map(|user| params![id, *user, now]).collect();
    execute(on, &sql, values).await
}

async fn noted(
    on: On<'_>,
    column: &str,
    id: AnnouncementId,
    users: &[UserId],
    now: Timestamp,
) -> Result<u64, StoreError> {
    let sql = format!(
        "UPDATE announcement_receipts SET {column} = ? WHERE announcement_id = ? AND user_id IN ({}) AND {column} IS NULL",
        places(users.len())
    );
    let mut values = params![now, id];
    values.extend(users.iter().map(|user| user.value()));
    execute(on, &sql, values).await
}
