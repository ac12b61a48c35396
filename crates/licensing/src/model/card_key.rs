use std::fmt;
use std::str::FromStr;

use cardkey_domain::{AppId, BatchId, CardKeyId, LicenceId, MaskedCardKey, Text, Timestamp, UserId, Validity};
use cardkey_events::{Auditable, Fact};
use serde::{Deserialize, Serialize};

/// A card key as it stands. The code itself is known only as a keyed hash and as a ciphertext (CARD-09).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardKey {
    /// Its identifier.
    pub id: CardKeyId,
    /// The app it is for.
    pub app_id: AppId,
    /// The batch it came from.
    pub batch_id: BatchId,
    /// What lists show of the code.
    pub masked: MaskedCardKey,
    /// The code, encrypted under the context `card_keys.code:<id>`. Left out of receipts.
    #[serde(skip)]
    pub sealed_code: Vec<u8>,
    /// Where it stands.
    pub state: CardKeyState,
    /// Where it stood before it was disabled or deleted: where it goes back to.
    pub state_before: Option<CardKeyState>,
    /// How long it is good for.
    pub validity: Validity,
    /// How many devices it seats.
    pub max_devices: u32,
    /// The remark of its batch.
    pub note: Option<Text<200>>,
    /// Who redeemed it, or to whom it was transferred.
    pub owner_id: Option<UserId>,
    /// What it became.
    pub licence_id: Option<LicenceId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was redeemed.
    pub activated_at: Option<Timestamp>,
    /// When it ends. For a key not yet redeemed: only where the validity is a date.
    pub expires_at: Option<Timestamp>,
}

impl CardKey {
    /// The card key after something befell it that concerns its state alone.
    pub fn befallen(&self, event: CardKeyEvent) -> Result<Self, IllegalTransition> {
        let state = self.state.after(event, self.state_before)?;
        let state_before = match (event, state) {
            (CardKeyEvent::Disable | CardKeyEvent::Delete, _) => Some(self.state),
            // Disabled before it was deleted: where it stood before that is no more known, but follows from whether it was redeemed.
            (CardKeyEvent::Restore, CardKeyState::Disabled) if self.licence_id.is_some() => {
                Some(CardKeyState::Activated)
            }
            (CardKeyEvent::Restore, CardKeyState::Disabled) => Some(CardKeyState::Unused),
            _ => None,
        };
        Ok(Self { state, state_before, ..self.clone() })
    }
}

/// A card key about to be written.
#[derive(Debug, Clone)]
pub struct NewCardKey {
    /// Its identifier.
    pub id: CardKeyId,
    /// The keyed hash it is looked up by; unique.
    pub code_hash: [u8; 32],
    /// What lists show of the code.
    pub masked: MaskedCardKey,
    /// The code, encrypted under the context `card_keys.code:<id>`.
    pub sealed_code: Vec<u8>,
}

/// Where a card key stands (CARD-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKeyState {
    /// Made, not redeemed.
    Unused,
    /// Redeemed.
    Activated,
    /// Its time is over.
    Expired,
    /// Shut off by an operator.
    Disabled,
    /// Taken away by an operator; can be restored.
    Deleted,
}

/// What can befall a card key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKeyEvent {
    /// A customer redeems it.
    Activate,
    /// Its time runs out.
    Expire,
    /// An operator shuts it off.
    Disable,
    /// An operator undoes that.
    Enable,
    /// An operator gives it more time.
    Extend,
    /// An operator takes it away.
    Delete,
    /// An operator undoes that.
    Restore,
}

/// What was asked cannot befall a card key in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a card key that is {from} cannot {event:?}")]
pub struct IllegalTransition {
    /// Where it stands.
    pub from: CardKeyState,
    /// What was asked.
    pub event: CardKeyEvent,
}

impl CardKeyState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Unused, Self::Activated, Self::Expired, Self::Disabled, Self::Deleted];

    /// The one state machine. `before` is where the key stood before it was disabled or deleted.
    pub fn after(self, event: CardKeyEvent, before: Option<Self>) -> Result<Self, IllegalTransition> {
        use CardKeyEvent as E;
        let illegal = IllegalTransition { from: self, event };
        match (self, event) {
            (Self::Unused, E::Activate) => Ok(Self::Activated),
            (Self::Unused | Self::Activated, E::Expire) => Ok(Self::Expired),
            (Self::Unused | Self::Activated | Self::Expired, E::Disable) => Ok(Self::Disabled),
            (Self::Disabled, E::Enable) | (Self::Deleted, E::Restore) => before.ok_or(illegal),
            (Self::Activated | Self::Expired, E::Extend) => Ok(Self::Activated),
            (Self::Unused | Self::Activated | Self::Expired | Self::Disabled, E::Delete) => Ok(Self::Deleted),
            _ => Err(illegal),
        }
    }

    /// The text in the database and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unused => "unused",
            Self::Activated => "activated",
            Self::Expired => "expired",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }
}

impl Auditable for CardKeyState {
    fn fact(&self) -> Fact {
        Fact::word(self.as_str())
    }
}

impl fmt::Display for CardKeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CardKeyState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}
