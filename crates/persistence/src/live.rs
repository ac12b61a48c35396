//! The live log. Places are taken from one row, which the unit that appends holds until it ends: they become visible in their order.

use async_trait::async_trait;
use cardkey_announce::{Epoch, LiveAudience, LiveEntry, LiveHead, LiveLog, LiveReader, LiveRow, Reader, Seq};
use cardkey_domain::Timestamp;
use cardkey_events::StoreError;
use sea_orm::Value;
use sea_orm::sqlx::types::Uuid;

use crate::database::Database;
use crate::sql::{Param, Row, all, execute, one, params, places, rows_of_places};
use crate::work::Work;

const COLUMNS: &str = "seq, kind, audience_kind, audience_id, payload, said_at, ends_at";
const WIDTH: usize = 7;

/// Entries inserted by one statement.
const AT_ONCE: usize = 100;

/// Identifiers a reader is looked up by; of more, which nobody has, the rest is left out.
const MOST_SUBJECTS: usize = 2_000;

#[async_trait]
impl LiveLog for Work {
    async fn append(&mut self, entries: &[LiveEntry]) -> Result<Seq, StoreError> {
        if !entries.is_empty() {
            let taken = "UPDATE live_state SET seq = seq + ? WHERE id = 1";
            execute(self.on(), taken, params![entries.len()]).await?;
            self.spoke();
        }
        let row = one(self.on(), "SELECT seq FROM live_state WHERE id = 1", Vec::new()).await?;
        let last: u64 = row.ok_or_else(no_state)?.get("seq")?;
        let first = last + 1 - entries.len() as u64;
        for (chunk, entries) in entries.chunks(AT_ONCE).enumerate() {
            let from = first + (chunk * AT_ONCE) as u64;
            let rows = rows_of_places(entries.len(), WIDTH);
            let values = entries.iter().zip(from..).flat_map(|(entry, seq)| values(entry, seq)).collect();
            execute(self.on(), &format!("INSERT INTO live_log ({COLUMNS}) VALUES {rows}"), values).await?;
        }
        Ok(Seq(last))
    }

    async fn end(&mut self, seq: Seq, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE live_log SET ends_at = ? WHERE seq = ? AND (ends_at IS NULL OR ends_at > ?)";
        execute(self.on(), sql, params![at, seq.0, at]).await.map(|_| ())
    }
}

#[async_trait]
impl LiveReader for Database {
    async fn head(&self) -> Result<LiveHead, StoreError> {
        let row = one(self.reads(), "SELECT epoch, seq FROM live_state WHERE id = 1", Vec::new()).await?;
        let row = row.ok_or_else(no_state)?;
        Ok(LiveHead { epoch: Epoch(row.get("epoch")?), seq: Seq(row.get("seq")?) })
    }

    async fn since(&self, after: Seq, limit: u32) -> Result<Vec<LiveRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM live_log WHERE seq > ? ORDER BY seq LIMIT ?");
        all(self.reads(), &sql, params![after.0, limit]).await?.iter().map(read).collect()
    }

    async fn after(&self, after: Seq, reader: &Reader, now: Timestamp, limit: u32) -> Result<Vec<LiveRow>, StoreError> {
        let subjects: Vec<Uuid> = reader.subjects().take(MOST_SUBJECTS).collect();
        let holds = "l.seq > ? AND (l.ends_at IS NULL OR l.ends_at > ?) ORDER BY l.seq LIMIT ?";
        let direct = format!(
            "SELECT l.seq FROM live_log AS l WHERE l.audience_id IN ({}) AND {holds}",
            places(subjects.len() + 1)
        );
        let named = format!(
            "SELECT DISTINCT l.seq FROM announcement_audience AS s JOIN live_log AS l ON l.audience_id = s.announcement_id \
             WHERE s.subject IN ({}) AND {holds}",
            places(subjects.len())
        );
        let sql = format!(
            "SELECT found.* FROM (SELECT seq FROM ({direct}) AS direct UNION SELECT seq FROM ({named}) AS named \
             ORDER BY seq LIMIT ?) AS page JOIN live_log AS found ON found.seq = page.seq ORDER BY found.seq"
        );
        let mut values: Vec<Value> = vec![EVERYBODY.value()];
        values.extend(subjects.iter().map(|subject| subject.value()));
        values.extend(params![after.0, now, limit]);
        values.extend(subjects.iter().map(|subject| subject.value()));
        values.extend(params![after.0, now, limit, limit]);
        all(self.reads(), &sql, values).await?.iter().map(read).collect()
    }

    async fn appended(&self) {
        self.spoken_notice().notified().await;
    }
}

/// Whom an entry for everybody is for.
const EVERYBODY: Uuid = Uuid::nil();

fn values(entry: &LiveEntry, seq: u64) -> [Value; WIDTH] {
    let (kind, id) = entry.audience.to_parts();
    [
        seq.value(),
        entry.kind.as_str().value(),
        kind.value(),
        id.unwrap_or(EVERYBODY).value(),
        entry.payload.as_str().value(),
        entry.at.value(),
        entry.ends_at.value(),
    ]
}

fn read(row: &Row) -> Result<LiveRow, StoreError> {
    let id = Some(row.get::<Uuid>("audience_id")?).filter(|id| *id != EVERYBODY);
    let audience = LiveAudience::from_parts(&row.get::<String>("audience_kind")?, id);
    let entry = LiveEntry {
        kind: row.word("kind")?,
        audience: audience.ok_or_else(|| StoreError::damaged("an entry of the live log for nobody"))?,
        payload: row.get("payload")?,
        at: row.get("said_at")?,
        ends_at: row.opt("ends_at")?,
    };
    Ok(LiveRow { seq: Seq(row.get("seq")?), entry })
}

fn no_state() -> StoreError {
    StoreError::damaged("the live log has no end")
}
