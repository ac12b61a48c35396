//! What an operator does to one card key (CARD-10). Each goes through the one state machine and raises the licence's epoch.

use std::time::Duration;

use cardkey_domain::{CardKeyId, DeviceId, Timestamp, UserName, Validity};
use cardkey_events::{Auditable, Call, Fact};

use crate::Licensing;
use crate::change::{Change, ChangeError, Kind, UNBIND, Unbind};
use crate::model::{CardKey, CardKeyEvent, CardKeyState, Licence};
use crate::remind::next_reminder;

/// What a licence is extended by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// So much more time: from its end, or from now where that has passed.
    For(Duration),
    /// Until then.
    Until(Timestamp),
    /// So many more uses.
    Uses(u32),
}

impl Auditable for Extension {
    fn fact(&self) -> Fact {
        let fact = match self {
            Self::For(length) => ("seconds", length.as_secs().fact()),
            Self::Until(moment) => ("until", moment.fact()),
            Self::Uses(uses) => ("uses", uses.fact()),
        };
        Fact::fields([fact])
    }
}

impl Licensing {
    /// Shuts a card key off; its licence is good for nothing until it is enabled.
    pub async fn disable(&self, call: &Call, id: CardKeyId) -> Result<CardKey, ChangeError> {
        self.transition(call, id, "card_key.disable", "disabled", CardKeyEvent::Disable).await
    }

    /// Undoes [`Licensing::disable`].
    pub async fn enable(&self, call: &Call, id: CardKeyId) -> Result<CardKey, ChangeError> {
        self.transition(call, id, "card_key.enable", "enabled", CardKeyEvent::Enable).await
    }

    /// Takes a card key away; it can be restored.
    pub async fn delete(&self, call: &Call, id: CardKeyId) -> Result<CardKey, ChangeError> {
        self.transition(call, id, "card_key.delete", "deleted", CardKeyEvent::Delete).await
    }

    /// Undoes [`Licensing::delete`].
    pub async fn restore(&self, call: &Call, id: CardKeyId) -> Result<CardKey, ChangeError> {
        self.transition(call, id, "card_key.restore", "restored", CardKeyEvent::Restore).await
    }

    /// Gives a redeemed card key more time or more uses; one whose time was over counts again.
    pub async fn extend(&self, call: &Call, id: CardKeyId, by: Extension) -> Result<CardKey, ChangeError> {
        let now = self.ambient.now();
        let make = |seen: &CardKey, licence: Option<Licence>| {
            let state = seen.state.after(CardKeyEvent::Extend, seen.state_before)?;
            let licence = licence.ok_or(ChangeError::State(seen.state))?;
            let licence = extended(&licence, seen, by, now)?;
            let card = CardKey { state, expires_at: licence.expires_at, ..seen.clone() };
            let details = vec![("by", by.fact()), ("expires_at", card.expires_at.fact())];
            Ok(Change { details, ..Change::of(card, Some(licence)) })
        };
        self.change(call, id, Kind { action: "card_key.extend", name: "extended", make }).await
    }

    /// Gives a card key to another account. The devices of the old owner lose their seats.
    pub async fn transfer(&self, call: &Call, id: CardKeyId, to: &UserName) -> Result<CardKey, ChangeError> {
        let to = self.read().account_by_name(&to.key()).await?.ok_or(ChangeError::AccountNotFound)?;
        let make = |seen: &CardKey, licence: Option<Licence>| {
            if !matches!(seen.state, CardKeyState::Unused | CardKeyState::Activated) {
                return Err(ChangeError::State(seen.state));
            }
            if seen.owner_id == Some(to) {
                return Err(ChangeError::SameOwner);
            }
            let card = CardKey { owner_id: Some(to), ..seen.clone() };
            let licence = licence.map(|licence| Licence { owner_id: to, ..licence });
            let details = vec![("old_owner", seen.owner_id.fact()), ("new_owner", to.fact())];
            Ok(Change { unbind: Unbind::All, details, ..Change::of(card, licence) })
        };
        self.change(call, id, Kind { action: "card_key.transfer", name: "transferred", make }).await
    }

    /// Frees the seat of one device, or of all.
    pub async fn unbind(&self, call: &Call, id: CardKeyId, device: Option<DeviceId>) -> Result<CardKey, ChangeError> {
        let make = |seen: &CardKey, licence: Option<Licence>| {
            if seen.state == CardKeyState::Deleted {
                return Err(ChangeError::State(seen.state));
            }
            let licence = licence.ok_or(ChangeError::NotBound)?;
            let unbind = device.map_or(Unbind::All, Unbind::One);
            Ok(Change { unbind, ..Change::of(seen.clone(), Some(licence)) })
        };
        self.change(call, id, Kind { action: "card_key.unbind", name: UNBIND, make }).await
    }

    async fn transition(
        &self,
        call: &Call,
        id: CardKeyId,
        action: &'static str,
        name: &'static str,
        event: CardKeyEvent,
    ) -> Result<CardKey, ChangeError> {
        let make = |seen: &CardKey, licence: Option<Licence>| Ok(Change::of(seen.befallen(event)?, licence));
        self.change(call, id, Kind { action, name, make }).await
    }
}

fn extended(licence: &Licence, card: &CardKey, by: Extension, now: Timestamp) -> Result<Licence, ChangeError> {
    let later = |end: Timestamp| {
        let gains = licence.expires_at.is_some_and(|current| end > current) && end > now;
        if gains { Ok(Some(end)) } else { Err(ChangeError::NotExtendable) }
    };
    let until = |end| Licence { expires_at: end, remind_at: next_reminder(end, now), ..licence.clone() };
    match by {
        Extension::Uses(more) => {
            let left = licence.uses_left.ok_or(ChangeError::NotExtendable)?;
            Ok(Licence { uses_left: Some(left.saturating_add(more)), ..licence.clone() })
        }
        _ if matches!(card.validity, Validity::Permanent | Validity::Metered { .. }) => Err(ChangeError::NotExtendable),
        Extension::For(length) => {
            let from = licence.expires_at.map_or(now, |end| end.max(now));
            Ok(until(later(from.plus(length))?))
        }
        Extension::Until(end) => Ok(until(later(end)?)),
    }
}

#[cfg(test)]
mod tests;
