use std::time::Duration;

use cardkey_domain::{DeviceId, LicenceId, Timestamp, UserId};
use cardkey_events::{Call, StoreError};
use serde::{Deserialize, Serialize};

use crate::Licensing;
use crate::change::{Change, ChangeError, UNBIND, Unbind};
use crate::model::{AppPolicy, CardKeyState};
use crate::service::{ATTEMPTS, too_busy, worth_another_look};

/// What the yearly limit counts in.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A customer frees a seat of their own licence, for another device (DEV-05).
#[derive(Debug, Clone, Copy)]
pub struct UnbindOwn {
    /// Who asks.
    pub user_id: UserId,
    /// The licence.
    pub licence_id: LicenceId,
    /// The device that gives up its seat.
    pub device_id: DeviceId,
}

/// A seat is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnboundOwn {
    /// The licence.
    pub licence_id: LicenceId,
    /// The device that had it.
    pub device_id: DeviceId,
    /// Since when it is free.
    pub at: Timestamp,
    /// How many more the customer may free in the 365 days that count.
    pub left: u32,
    /// When they may free the next one.
    pub next_at: Timestamp,
}

/// When a seat may be freed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Later {
    /// From then on.
    pub possible_at: Timestamp,
    /// In so long.
    pub wait: Duration,
}

/// Why a seat is not freed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum UnbindOwnError {
    /// There is no such licence, or it is not the caller's.
    #[error("no such licence")]
    NotFound,
    /// The device has no seat on the licence.
    #[error("the device is not bound")]
    NotBound,
    /// The app leaves it to the operators.
    #[error("customers of this app do not free seats")]
    Forbidden,
    /// They freed one a short while ago.
    #[error("too soon after the last one")]
    TooSoon(Later),
    /// They freed as many as they may.
    #[error("as many as are allowed")]
    LimitReached(Later),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Licensing {
    /// Frees a seat of the caller's own licence, as often as the app's policy allows. However many ask at once, the licence's epoch lets
    /// one of them through at a time, and the others count again.
    pub async fn unbind_own(&self, call: &Call, command: UnbindOwn) -> Result<UnboundOwn, UnbindOwnError> {
        for _ in 0..ATTEMPTS {
            // The licence before what was freed: whoever is first in between raises its epoch.
            let found = self.read().licence(command.licence_id).await?;
            let (licence, seats) =
                found.filter(|(licence, _)| licence.owner_id == command.user_id).ok_or(UnbindOwnError::NotFound)?;
            let card = self.read().card_key(licence.card_key_id).await?;
            let card = card.filter(|card| card.state != CardKeyState::Deleted).ok_or(UnbindOwnError::NotFound)?;
            if seats.iter().all(|seat| seat.device_id != command.device_id) {
                return Err(UnbindOwnError::NotBound);
            }
            let app = self.app(licence.app_id).await?.ok_or(UnbindOwnError::NotFound)?;
            let now = self.ambient.now();
            let mut freed = self.read().own_unbinds(licence.id, now.minus(YEAR)).await?;
            check(&app.policy, &freed, now)?;

            freed.insert(0, now);
            let outcome = outcome(&command, &app.policy, &freed, now);
            let unbind = Unbind::Own { device: command.device_id, user: command.user_id, at: now };
            let change = Change { unbind, ..Change::of(card.clone(), Some(licence)) };
            match self.write_change(call, &card, &change, "licence.unbind", UNBIND, &outcome).await {
                Ok(()) => return Ok(outcome),
                Err(ChangeError::NotBound) => return Err(UnbindOwnError::NotBound),
                Err(ChangeError::Store(error)) if worth_another_look(&error) => {}
                Err(ChangeError::Store(error)) => return Err(error.into()),
                Err(other) => return Err(StoreError::Backend(other.into()).into()),
            }
        }
        Err(too_busy().into())
    }
}

/// Whether one more may be freed; `freed` holds when others were, newest first.
fn check(policy: &AppPolicy, freed: &[Timestamp], now: Timestamp) -> Result<(), UnbindOwnError> {
    if policy.unbinds_per_year == 0 {
        return Err(UnbindOwnError::Forbidden);
    }
    let later = |possible_at: Timestamp| Later { possible_at, wait: possible_at.since(now) };
    let rested = rested_at(policy, freed).filter(|at| *at > now);
    match (within_limit_at(policy, freed).filter(|at| *at > now), rested) {
        (Some(at), rested) => Err(UnbindOwnError::LimitReached(later(rested.map_or(at, |rested| rested.max(at))))),
        (None, Some(at)) => Err(UnbindOwnError::TooSoon(later(at))),
        (None, None) => Ok(()),
    }
}

/// When the cool-down is over, where there was anything to cool down from.
fn rested_at(policy: &AppPolicy, freed: &[Timestamp]) -> Option<Timestamp> {
    let length = policy.unbind_cooldown();
    freed.first().filter(|_| !length.is_zero()).map(|last| last.plus(length))
}

/// When so many of the year's have been forgotten that one more is allowed, where as many as are allowed stand in it.
fn within_limit_at(policy: &AppPolicy, freed: &[Timestamp]) -> Option<Timestamp> {
    let limit = usize::try_from(policy.unbinds_per_year).unwrap_or(usize::MAX);
    freed.get(limit.saturating_sub(1)).map(|at| at.plus(YEAR))
}

fn outcome(command: &UnbindOwn, policy: &AppPolicy, freed: &[Timestamp], now: Timestamp) -> UnboundOwn {
    let count = u32::try_from(freed.len()).unwrap_or(u32::MAX);
    UnboundOwn {
        licence_id: command.licence_id,
        device_id: command.device_id,
        at: now,
        left: policy.unbinds_per_year.saturating_sub(count),
        next_at: [rested_at(policy, freed), within_limit_at(policy, freed), Some(now)]
            .into_iter()
            .flatten()
            .max()
            .unwrap_or(now),
    }
}

#[cfg(test)]
mod tests;
