use cardkey_domain::Timestamp;
use cardkey_events::{Call, Constraint, Deed, Happening, StoreError, record};

use crate::Licensing;
use crate::model::{CardKey, CardKeyEvent};

/// So many card keys are marked in one unit of work.
const CHUNK: u32 = 200;

impl Licensing {
    /// Marks card keys as expired whose time is over, some at a time, and tells how many; to be called again while there are any. No
    /// verdict waits for it: checks go by the time itself.
    pub async fn expire_due(&self, call: &Call) -> Result<usize, StoreError> {
        let now = self.ambient.now();
        let due = self.read().card_keys_due(now, CHUNK).await?;
        let due: Vec<_> = due.into_iter().filter_map(|seen| Some((expired(&seen, now)?, seen))).collect();
        match self.mark_expired(call, &due).await {
            Err(error) if error.is_conflict(Constraint::Stale) => {}
            marked => return marked,
        }
        // One of them was extended or disabled in between: it alone is passed over.
        let mut marked = 0;
        for one in due.chunks(1) {
            match self.mark_expired(call, one).await {
                Err(error) if error.is_conflict(Constraint::Stale) => {}
                one => marked += one?,
            }
        }
        Ok(marked)
    }

    async fn mark_expired(&self, call: &Call, due: &[(CardKey, CardKey)]) -> Result<usize, StoreError> {
        if due.is_empty() {
            return Ok(0);
        }
        let mut happenings = Vec::with_capacity(due.len());
        let mut work = self.store.begin().await?;
        for (expired, seen) in due {
            work.card_keys().update(seen, expired).await?;
            happenings.push(Happening::CardKeyExpired {
                card_key_id: seen.id,
                app_id: seen.app_id,
                licence_id: seen.licence_id,
                user_id: seen.owner_id,
            });
        }
        let deed = Deed::done("card_key.expire").with("count", due.len());
        record(work.as_mut(), &self.ambient, call, deed, happenings).await?;
        work.commit().await?;
        Ok(due.len())
    }
}

fn expired(seen: &CardKey, now: Timestamp) -> Option<CardKey> {
    let state = seen.state.after(CardKeyEvent::Expire, seen.state_before).ok()?;
    seen.expires_at.is_some_and(|end| end <= now).then(|| CardKey { state, ..seen.clone() })
}

#[cfg(test)]
mod tests;
