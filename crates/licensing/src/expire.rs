use cardkey_domain::Timestamp;
use cardkey_events::{Call, Deed, Happening, StoreError, record};

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
        if due.is_empty() {
            return Ok(0);
        }
        let mut happenings = Vec::new();
        let mut work = self.store.begin().await?;
        for seen in &due {
            // A key that was extended or disabled in between is passed over.
            let Some(expired) = expired(seen, now) else { continue };
            if work.card_keys().update(seen, &expired).await? {
                happenings.push(Happening::CardKeyExpired {
                    card_key_id: seen.id,
                    app_id: seen.app_id,
                    licence_id: seen.licence_id,
                });
            }
        }
        let marked = happenings.len();
        if marked > 0 {
            let deed = Deed::done("card_key.expire").with("count", marked);
            record(work.as_mut(), &self.ambient, call, deed, happenings).await?;
            work.commit().await?;
        }
        Ok(marked)
    }
}

fn expired(seen: &CardKey, now: Timestamp) -> Option<CardKey> {
    let state = seen.state.after(CardKeyEvent::Expire, seen.state_before).ok()?;
    seen.expires_at.is_some_and(|end| end <= now).then(|| CardKey { state, ..seen.clone() })
}

#[cfg(test)]
mod tests;
