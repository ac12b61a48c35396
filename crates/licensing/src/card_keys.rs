use std::fmt;

use cardkey_domain::{AppId, BatchId, CardKeyCode, CardKeyId, DeviceId, Page, PageRequest, Timestamp, UserId};
use cardkey_events::{Call, Deed, StoreError, record};
use serde::{Deserialize, Serialize};

use crate::batches::code_context;
use crate::model::{CardKey, CardKeyState, Licence, Seat};
use crate::{CardKeyFilter, Licensing};

/// Which card keys are wanted. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct CardKeyQuery {
    /// Of this app.
    pub app: Option<AppId>,
    /// Of this batch.
    pub batch: Option<BatchId>,
    /// In this state; deleted ones are shown only when asked for.
    pub state: Option<CardKeyState>,
    /// Of this owner.
    pub owner: Option<UserId>,
    /// Bound to this device.
    pub device: Option<DeviceId>,
    /// Made at this time or later.
    pub created_from: Option<Timestamp>,
    /// Made before this time.
    pub created_to: Option<Timestamp>,
    /// A whole code, the first or last four characters of one, or the beginning of a note.
    pub q: Option<String>,
}

/// A card key with what it became.
#[derive(Debug, Clone)]
pub struct CardKeyDetail {
    /// The card key.
    pub card_key: CardKey,
    /// Its licence with the bound seats, once it was redeemed.
    pub licence: Option<(Licence, Vec<Seat>)>,
}

/// A card key in clear.
#[derive(Clone, Serialize, Deserialize)]
pub struct Revealed {
    /// Which.
    pub id: CardKeyId,
    /// XXXX-XXXX-XXXX-XXXX.
    pub card_key: String,
}

/// Why a card key is not shown.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// There is no such card key.
    #[error("no such card key")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Licensing {
    /// Card keys, newest first, masked (CARD-11).
    pub async fn card_keys(&self, query: &CardKeyQuery, page: PageRequest) -> Result<Page<CardKey>, StoreError> {
        self.read().card_keys(&self.filter(query), page).await
    }

    /// A card key with its licence.
    pub async fn card_key(&self, id: CardKeyId) -> Result<Option<CardKeyDetail>, StoreError> {
        let Some(card_key) = self.read().card_key(id).await? else { return Ok(None) };
        let licence = match card_key.licence_id {
            Some(licence) => self.read().licence(licence).await?,
            None => None,
        };
        Ok(Some(CardKeyDetail { card_key, licence }))
    }

    /// Shows a card key in clear, and writes down that it was shown (CARD-09).
    pub async fn reveal(&self, call: &Call, id: CardKeyId) -> Result<Revealed, RevealError> {
        let card = self.read().card_key(id).await?.ok_or(RevealError::NotFound)?;
        let revealed = Revealed { id, card_key: self.open_code(&card)?.expose_grouped() };
        let deed = Deed::done("card_key.reveal").to("card_key", id).with("masked", &card.masked);
        let mut work = self.store.begin().await?;
        record(work.as_mut(), &self.ambient, call, deed, Vec::new()).await?;
        call.finish(work, &revealed, self.ambient.now()).await?;
        Ok(revealed)
    }

    pub(crate) fn open_code(&self, card: &CardKey) -> Result<CardKeyCode, StoreError> {
        let opened = self.vault.open(code_context(card.id).as_bytes(), &card.sealed_code);
        let plain = opened.map_err(|error| StoreError::Backend(error.into()))?;
        let text = std::str::from_utf8(plain.expose()).map_err(|error| StoreError::Backend(error.into()))?;
        CardKeyCode::parse(text).map_err(|error| StoreError::Backend(error.into()))
    }

    fn filter(&self, query: &CardKeyQuery) -> CardKeyFilter {
        let mut filter = CardKeyFilter {
            app: query.app,
            batch: query.batch,
            state: query.state,
            owner: query.owner,
            device: query.device,
            created_from: query.created_from,
            created_to: query.created_to,
            ..CardKeyFilter::default()
        };
        let Some(q) = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) else { return filter };
        if let Ok(code) = CardKeyCode::parse(q) {
            filter.code_hash = Some(self.code_hash(&code));
        } else if q.len() == 4 && q.bytes().all(|b| b.is_ascii_alphanumeric()) {
            filter.code_part = Some(q.to_ascii_uppercase());
        } else {
            filter.note = Some(q.to_owned());
        }
        filter
    }
}

impl fmt::Debug for Revealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revealed").field("id", &self.id).finish_non_exhaustive()
    }
}
