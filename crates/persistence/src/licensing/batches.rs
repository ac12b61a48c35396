use async_trait::async_trait;
use cardkey_domain::{AppId, BatchId, Id, Page, PageRequest, Timestamp, Validity};
use cardkey_events::StoreError;
use cardkey_licensing::BatchRepository;
use cardkey_licensing::model::{Batch, BatchStatus};

use crate::database::Database;
use crate::sql::{Pick, Row, execute, one, params, won};
use crate::work::Work;

#[async_trait]
impl BatchRepository for Work {
    async fn insert(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let sql = "INSERT INTO card_key_batches (id, app_id, name, note, price_cents, validity_kind, validity_amount, \
                   max_devices, ordered, made, status, created_by, created_at, finished_at) \
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let values = params![
            batch.id,
            batch.app_id,
            batch.name.as_ref(),
            batch.note.as_ref(),
            batch.price_cents,
            batch.validity.kind(),
            batch.validity.amount(),
            batch.max_devices,
            batch.count,
            batch.generated,
            batch.status.as_str(),
            batch.created_by,
            batch.created_at,
            batch.finished_at,
        ];
        execute(self.on(), sql, values).await.map(|_| ())
    }

    async fn advance(&mut self, id: BatchId, from: u32, to: u32, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE card_key_batches SET made = ?, \
                   status = CASE WHEN ? >= ordered THEN 'completed' ELSE status END, \
                   finished_at = CASE WHEN ? >= ordered THEN ? ELSE finished_at END \
                   WHERE id = ? AND status = 'running' AND made = ?";
        won(self.on(), sql, params![to, to, to, now, id, from]).await
    }

    async fn cancel(&mut self, id: BatchId, now: Timestamp) -> Result<Option<u32>, StoreError> {
        let sql =
            "UPDATE card_key_batches SET status = 'cancelled', finished_at = ? WHERE id = ? AND status = 'running'";
        if !won(self.on(), sql, params![now, id]).await? {
            return Ok(None);
        }
        // The row is ours until the commit, so this is where it stopped.
        let row = one(self.on(), "SELECT made FROM card_key_batches WHERE id = ?", params![id]).await?;
        row.map(|row| row.get("made")).transpose()
    }
}

pub(super) async fn find(db: &Database, id: BatchId) -> Result<Option<Batch>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM card_key_batches WHERE id = ?", params![id]).await?;
    row.map(|row| batch(&row)).transpose()
}

pub(super) async fn list(
    db: &Database,
    app: Option<AppId>,
    status: Option<BatchStatus>,
    page: PageRequest,
) -> Result<Page<Batch>, StoreError> {
    let pick = Pick::new().and_opt("app_id = ?", app).and_opt("status = ?", status.map(BatchStatus::as_str));
    pick.page(db.reads(), "card_key_batches", page, batch, |batch| batch.id.uuid()).await
}

fn batch(row: &Row) -> Result<Batch, StoreError> {
    Ok(Batch {
        id: row.get("id")?,
        app_id: row.get("app_id")?,
        name: row.opt("name")?,
        note: row.opt("note")?,
        price_cents: row.opt("price_cents")?,
        validity: validity(row)?,
        max_devices: row.get("max_devices")?,
        count: row.get("ordered")?,
        generated: row.get("made")?,
        status: row.word("status")?,
        created_by: row.opt("created_by")?,
        created_at: row.get("created_at")?,
        finished_at: row.opt("finished_at")?,
    })
}

pub(super) fn validity(row: &Row) -> Result<Validity, StoreError> {
    let kind: String = row.get("validity_kind")?;
    Validity::from_parts(&kind, row.get("validity_amount")?).map_err(|_| StoreError::damaged("a validity out of range"))
}
