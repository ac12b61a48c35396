use cardkey_domain::{CardKeyId, DeviceId, Timestamp, UserId};
use cardkey_events::{Call, Constraint, Deed, Fact, Happening, StoreError, record};
use serde::Serialize;

use crate::Licensing;
use crate::model::{CardKey, CardKeyState, IllegalTransition, Licence};
use crate::service::{ATTEMPTS, too_busy, worth_another_look};

/// Why a card key is not changed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such card key.
    #[error("no such card key")]
    NotFound,
    /// What was asked cannot befall a card key in this state (CARD-04).
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// It is in a state in which it cannot be transferred or unbound.
    #[error("a card key that is {0} cannot be changed so")]
    State(CardKeyState),
    /// More time for a licence that time does not end, more uses for one whose uses are not counted, or an end that is not later.
    #[error("the extension gives nothing")]
    NotExtendable,
    /// There is no such account.
    #[error("no such account")]
    AccountNotFound,
    /// The account has it already.
    #[error("the account has it already")]
    SameOwner,
    /// No such device has a seat on the licence.
    #[error("no such device is bound")]
    NotBound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an operator's change makes of a card key.
pub(crate) struct Change {
    pub(crate) card: CardKey,
    pub(crate) licence: Option<Licence>,
    pub(crate) unbind: Unbind,
    pub(crate) details: Vec<(&'static str, Fact)>,
}

/// Which seats the change frees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unbind {
    None,
    One(DeviceId),
    /// The one of a device of the owner's, by the owner.
    Own {
        device: DeviceId,
        user: UserId,
        at: Timestamp,
    },
    All,
}

/// A kind of change: its name, as in `card_key.<name>`, and what it makes of a card key as it stands.
pub(crate) struct Kind<F> {
    pub(crate) action: &'static str,
    pub(crate) name: &'static str,
    pub(crate) make: F,
}

impl Change {
    /// The card key as given, the licence as it was: its epoch alone rises.
    pub(crate) fn of(card: CardKey, licence: Option<Licence>) -> Self {
        Self { card, licence, unbind: Unbind::None, details: Vec::new() }
    }
}

impl Licensing {
    /// Changes a card key and raises the epoch of its licence, in one unit of work (CARD-10). When somebody else was first, looks again.
    pub(crate) async fn change<F>(&self, call: &Call, id: CardKeyId, kind: Kind<F>) -> Result<CardKey, ChangeError>
    where
        F: Fn(&CardKey, Option<Licence>) -> Result<Change, ChangeError>,
    {
        for _ in 0..ATTEMPTS {
            let seen = self.read().card_key(id).await?.ok_or(ChangeError::NotFound)?;
            let licence = match seen.licence_id {
                Some(licence) => self.read().licence(licence).await?.map(|(licence, _)| licence),
                None => None,
            };
            let change = (kind.make)(&seen, licence)?;
            match self.write_change(call, &seen, &change, kind.action, kind.name, &change.card).await {
                Ok(()) => return Ok(change.card),
                Err(ChangeError::Store(error)) if worth_another_look(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Err(too_busy().into())
    }

    /// Writes a change and `outcome`, which a retry is told. Fails as stale where the card key or the licence changed since they were read.
    pub(crate) async fn write_change<O: Serialize>(
        &self,
        call: &Call,
        seen: &CardKey,
        change: &Change,
        action: &'static str,
        name: &str,
        outcome: &O,
    ) -> Result<(), ChangeError> {
        let now = self.ambient.now();
        let mut work = self.store.begin().await?;
        work.card_keys().update(seen, &change.card).await?;
        let mut unbound = Vec::new();
        if let Some(licence) = &change.licence {
            if !work.licences().update(licence).await? {
                return Err(StoreError::Conflict(Constraint::Stale).into());
            }
            unbound = match change.unbind {
                Unbind::None => Vec::new(),
                Unbind::One(device) => work.licences().unbind(licence.id, Some(device), now).await?,
                Unbind::Own { device, user, at } => {
                    work.licences().note_own_unbind(licence.id, device, user, at).await?;
                    work.licences().unbind(licence.id, Some(device), at).await?
                }
                Unbind::All => work.licences().unbind(licence.id, None, now).await?,
            };
        }
        if change.unbind != Unbind::None && name == UNBIND && unbound.is_empty() {
            return Err(ChangeError::NotBound);
        }
        let deed = deed(action, seen, change, &unbound);
        record(work.as_mut(), &self.ambient, call, deed, happenings(name, &change.card, &unbound)).await?;
        call.finish(work, outcome, now).await?;
        if let Some(licence) = &change.licence {
            self.cache.forget_licence(licence.id);
        }
        Ok(())
    }
}

/// The name of the change that is about seats alone.
pub(crate) const UNBIND: &str = "unbound";

fn deed(action: &'static str, seen: &CardKey, change: &Change, unbound: &[DeviceId]) -> Deed {
    let mut deed = Deed::done(action).to("card_key", seen.id).with("from", seen.state).with("to", change.card.state);
    for (name, value) in &change.details {
        deed = deed.with(name, value);
    }
    if unbound.is_empty() { deed } else { deed.with("unbound_devices", unbound) }
}

fn happenings(name: &str, card: &CardKey, unbound: &[DeviceId]) -> Vec<Happening> {
    let (card_key_id, app_id, licence_id) = (card.id, card.app_id, card.licence_id);
    let mut happenings = vec![if name == "disabled" {
        Happening::CardKeyDisabled { card_key_id, app_id, licence_id }
    } else {
        Happening::CardKeyChanged { card_key_id, app_id, licence_id, change: name.to_owned() }
    }];
    if let Some(licence_id) = licence_id {
        happenings
            .extend(unbound.iter().map(|device_id| Happening::DeviceUnbound { device_id: *device_id, licence_id }));
    }
    happenings
}
