use cardkey_domain::{AppId, BatchId, CardKeyCode, CardKeyId, Page, PageRequest, Text, Validity};
use cardkey_events::{Call, Constraint, Deed, Happening, StoreError, record};

use crate::Licensing;
use crate::model::{Batch, BatchStatus, NewCardKey};
use crate::service::{ATTEMPTS, too_busy};

/// The largest batch.
pub const LARGEST_BATCH: u32 = 1_000_000;
/// Batches up to this size stand when the order returns.
pub const AT_ONCE: u32 = 1_000;
/// So many card keys of a larger batch are written in one unit of work. The look-up hashes and codes are random, so each key dirties
/// index pages of its own; a commit of many keys finds several on a page, while one of too many would keep other writers waiting.
pub const CHUNK: u32 = 5_000;

/// An order of card keys (CARD-02).
#[derive(Debug, Clone)]
pub struct OrderBatch {
    /// The app they are for.
    pub app_id: AppId,
    /// How many: 1 to [`LARGEST_BATCH`].
    pub count: u32,
    /// How long each is good for.
    pub validity: Validity,
    /// How many devices each seats, 1 to 1,000; the app's policy where it is not said.
    pub max_devices: Option<u32>,
    /// The batch's name.
    pub name: Option<Text<100>>,
    /// A remark.
    pub note: Option<Text<200>>,
    /// The price of one, in hundredths of the operator's currency.
    pub price_cents: Option<u64>,
}

/// Why a batch is not ordered.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// There is no such app.
    #[error("no such app")]
    AppNotFound,
    /// None, or more than allowed.
    #[error("count must be 1 to {LARGEST_BATCH}")]
    Count,
    /// No device, or more than allowed.
    #[error("max_devices must be 1 to 1000")]
    MaxDevices,
    /// The amount is out of range, or the end has passed.
    #[error("validity is out of range")]
    Validity,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a batch is not stopped.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// There is no such batch.
    #[error("no such batch")]
    NotFound,
    /// It runs no more.
    #[error("the batch runs no more")]
    NotRunning,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Licensing {
    /// Orders card keys. Up to [`AT_ONCE`] of them stand when this returns; of more, the batch is `Running`, and
    /// [`Licensing::generate_next_chunk`] makes them.
    pub async fn order_batch(&self, call: &Call, order: OrderBatch) -> Result<Batch, OrderError> {
        let batch = self.ordered(call, order).await?;
        for _ in 0..ATTEMPTS {
            let keys = self.new_keys(batch.generated);
            let mut work = self.store.begin().await?;
            work.batches().insert(&batch).await?;
            match work.card_keys().insert_unused(&batch, &keys, batch.created_at).await {
                Err(StoreError::Conflict(Constraint::CardKeyCode)) => continue,
                written => written?,
            }
            record(work.as_mut(), &self.ambient, call, order_deed(&batch), order_happenings(&batch)).await?;
            call.finish(work, &batch, batch.created_at).await?;
            return Ok(batch);
        }
        Err(too_busy().into())
    }

    /// Makes the next card keys of a running batch, and returns the batch as it then stands. Each chunk is a unit of work that moves the
    /// batch on by a conditional write, so it may be called again after a crash, and by several at once.
    pub async fn generate_next_chunk(&self, call: &Call, id: BatchId) -> Result<Option<Batch>, StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(mut batch) = self.read().batch(id).await? else { return Ok(None) };
            if batch.status != BatchStatus::Running {
                return Ok(Some(batch));
            }
            let (from, now) = (batch.generated, self.ambient.now());
            let to = batch.count.min(from + CHUNK);
            let keys = self.new_keys(to - from);
            let mut work = self.store.begin().await?;
            if !work.batches().advance(id, from, to, now).await? {
                continue;
            }
            match work.card_keys().insert_unused(&batch, &keys, now).await {
                Err(StoreError::Conflict(Constraint::CardKeyCode)) => continue,
                written => written?,
            }
            batch.generated = to;
            if to == batch.count {
                (batch.status, batch.finished_at) = (BatchStatus::Completed, Some(now));
                let deed = Deed::done("batch.complete").to("batch", id).with("count", batch.count);
                let completed = Happening::CardKeyBatchCompleted { batch_id: id, app_id: batch.app_id };
                record(work.as_mut(), &self.ambient, call, deed, vec![completed]).await?;
            }
            work.commit().await?;
            return Ok(Some(batch));
        }
        Err(too_busy())
    }

    /// Stops a running batch; what stands, stands.
    pub async fn cancel_batch(&self, call: &Call, id: BatchId) -> Result<Batch, CancelError> {
        let mut batch = self.read().batch(id).await?.ok_or(CancelError::NotFound)?;
        let now = self.ambient.now();
        let mut work = self.store.begin().await?;
        batch.generated = work.batches().cancel(id, now).await?.ok_or(CancelError::NotRunning)?;
        (batch.status, batch.finished_at) = (BatchStatus::Cancelled, Some(now));
        let deed = Deed::done("batch.cancel").to("batch", id).with("generated", batch.generated);
        let cancelled = Happening::CardKeyBatchCancelled { batch_id: id, app_id: batch.app_id };
        record(work.as_mut(), &self.ambient, call, deed, vec![cancelled]).await?;
        call.finish(work, &batch, now).await?;
        Ok(batch)
    }

    /// A batch.
    pub async fn batch(&self, id: BatchId) -> Result<Option<Batch>, StoreError> {
        self.read().batch(id).await
    }

    /// Batches, newest first.
    pub async fn batches(
        &self,
        app: Option<AppId>,
        status: Option<BatchStatus>,
        page: PageRequest,
    ) -> Result<Page<Batch>, StoreError> {
        self.read().batches(app, status, page).await
    }

    async fn ordered(&self, call: &Call, order: OrderBatch) -> Result<Batch, OrderError> {
        let now = self.ambient.now();
        if !(1..=LARGEST_BATCH).contains(&order.count) {
            return Err(OrderError::Count);
        }
        let validity = order.validity.checked().map_err(|_| OrderError::Validity)?;
        if matches!(validity, Validity::Until { until } if until <= now) {
            return Err(OrderError::Validity);
        }
        let app = self.app(order.app_id).await?.ok_or(OrderError::AppNotFound)?;
        let max_devices = order.max_devices.unwrap_or(app.policy.max_devices);
        if !(1..=1_000).contains(&max_devices) {
            return Err(OrderError::MaxDevices);
        }
        let at_once = order.count <= AT_ONCE;
        Ok(Batch {
            id: self.ambient.id(),
            app_id: app.id,
            name: order.name,
            note: order.note,
            price_cents: order.price_cents,
            validity,
            max_devices,
            count: order.count,
            generated: if at_once { order.count } else { 0 },
            status: if at_once { BatchStatus::Completed } else { BatchStatus::Running },
            created_by: call.user_id(),
            created_at: now,
            finished_at: at_once.then_some(now),
        })
    }

    fn new_keys(&self, count: u32) -> Vec<NewCardKey> {
        (0..count).map(|_| self.new_key()).collect()
    }

    fn new_key(&self) -> NewCardKey {
        let (id, code) = (self.ambient.id(), CardKeyCode::generate(self.ambient.entropy()));
        NewCardKey {
            id,
            code_hash: self.code_hash(&code),
            masked: code.masked(),
            sealed_code: self.vault.seal(code_context(id).as_bytes(), code.expose().as_bytes()),
        }
    }
}

/// Where a card key's code is sealed for.
pub(crate) fn code_context(id: CardKeyId) -> String {
    format!("card_keys.code:{id}")
}

fn order_deed(batch: &Batch) -> Deed {
    Deed::done("batch.create")
        .to("batch", batch.id)
        .with("app_id", batch.app_id)
        .with("count", batch.count)
        .with("validity", batch.validity)
        .with("max_devices", batch.max_devices)
        .with("name", &batch.name)
}

fn order_happenings(batch: &Batch) -> Vec<Happening> {
    let (batch_id, app_id) = (batch.id, batch.app_id);
    let created = Happening::CardKeyBatchCreated { batch_id, app_id, count: batch.count };
    let completed = Happening::CardKeyBatchCompleted { batch_id, app_id };
    if batch.status == BatchStatus::Completed { vec![created, completed] } else { vec![created] }
}

#[cfg(test)]
mod tests;
