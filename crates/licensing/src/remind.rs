//! Reminders that a licence is about to end (CARD-12): 7, 3 and 1 days before, once each.

use std::time::Duration;

use cardkey_domain::Timestamp;
use cardkey_events::{Call, Deed, Happening, StoreError, record};

use crate::Licensing;
use crate::model::{CardKeyState, Licence};

/// So many days before the end, the earliest first.
const DAYS_BEFORE: [u32; 3] = [7, 3, 1];

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// So many licences are looked at in one unit of work.
const CHUNK: u32 = 200;

/// The next reminder of a licence after `now`; the end of a licence that is shorter than a reminder's days is not told that long before.
pub(crate) fn next_reminder(ends_at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let end = ends_at?;
    DAYS_BEFORE.iter().map(|days| end.minus(DAY * *days)).find(|at| *at > now)
}

/// How many days before the end the last reminder was due; nothing once the end has come, and before the first.
fn days_left(end: Timestamp, now: Timestamp) -> Option<u32> {
    let is_due = |days: &&u32| end.minus(DAY * **days) <= now;
    DAYS_BEFORE.iter().rev().find(is_due).copied().filter(|_| now < end)
}

impl Licensing {
    /// Says of licences that they are about to end, some at a time, and tells how many were looked at; to be called again while there are
    /// any. What was missed while no server ran is said once: the last of the reminders, not each.
    pub async fn remind_due(&self, call: &Call) -> Result<usize, StoreError> {
        let now = self.ambient.now();
        let due = self.read().reminders_due(now, CHUNK).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let mut happenings = Vec::with_capacity(due.len());
        let mut work = self.store.begin().await?;
        for (licence, state) in &due {
            let next = next_reminder(licence.expires_at, now);
            let won = match licence.remind_at {
                Some(seen) => work.licences().set_reminder(licence.id, seen, next).await?,
                None => false,
            };
            if won && *state == CardKeyState::Activated {
                happenings.extend(expiring(licence, now));
            }
        }
        if !happenings.is_empty() {
            let deed = Deed::done("card_key.remind").with("count", happenings.len());
            record(work.as_mut(), &self.ambient, call, deed, happenings).await?;
        }
        work.commit().await?;
        Ok(due.len())
    }
}

fn expiring(licence: &Licence, now: Timestamp) -> Option<Happening> {
    let expires_at = licence.expires_at?;
    Some(Happening::CardKeyExpiring {
        card_key_id: licence.card_key_id,
        licence_id: licence.id,
        app_id: licence.app_id,
        user_id: licence.owner_id,
        days_left: days_left(expires_at, now)?,
        expires_at,
    })
}

#[cfg(test)]
mod tests;
