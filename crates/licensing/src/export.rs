use cardkey_domain::{BatchId, CardKeyCode, Cursor, PageRequest};
use cardkey_events::{Call, Deed, StoreError, record};

use crate::model::{Batch, CardKey};
use crate::{CardKeyFilter, Licensing};

/// So many card keys are in memory at a time.
const STEP: u32 = 1_000;

/// Why a batch is not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such batch.
    #[error("no such batch")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A batch on its way out, step by step. It ends when [`Licensing::export_step`] returns nothing.
#[derive(Debug)]
pub struct Export {
    /// The batch.
    pub batch: Batch,
    next: Option<PageRequest>,
}

impl Licensing {
    /// Begins an export (CARD-03) and writes down that it was made: it shows card keys in clear.
    pub async fn export_batch(&self, call: &Call, id: BatchId, format: &'static str) -> Result<Export, ExportError> {
        let batch = self.read().batch(id).await?.ok_or(ExportError::NotFound)?;
        let deed = Deed::done("batch.export").to("batch", id).with("format", format).with("count", batch.generated);
        let mut work = self.store.begin().await?;
        record(work.as_mut(), &self.ambient, call, deed, Vec::new()).await?;
        work.commit().await?;
        Ok(Export { batch, next: Some(PageRequest::of(STEP)) })
    }

    /// The next card keys of an export, newest first, with their codes in clear. Deleted ones are left out.
    pub async fn export_step(&self, export: &mut Export) -> Result<Vec<(CardKey, CardKeyCode)>, StoreError> {
        let Some(page) = export.next else { return Ok(Vec::new()) };
        let filter = CardKeyFilter { batch: Some(export.batch.id), ..CardKeyFilter::default() };
        let found = self.read().card_keys(&filter, page).await?;
        export.next = found.next.map(|cursor: Cursor| page.after(cursor));
        let open = |card: CardKey| self.open_code(&card).map(|code| (card, code));
        found.items.into_iter().map(open).collect()
    }
}

#[cfg(test)]
mod tests;
