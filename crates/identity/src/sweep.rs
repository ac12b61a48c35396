//! What happens to sessions and tokens by the passing of time alone (SES-04, TOK-05). The server calls it every minute.

use std::collections::BTreeMap;
use std::time::Duration;

use cardkey_domain::{SessionId, UserId};
use cardkey_events::{Call, Deed, Happening, StoreError, record};

use crate::Identity;
use crate::ending::Ending;
use crate::model::{EndReason, Session};

/// Sessions in one unit of work.
const BATCH: u32 = 500;
/// A retry of a refresh gets its reply for 30 s; what is kept for it is deleted a little later.
const REPLIES_KEPT: Duration = Duration::from_secs(60);
/// Failures further apart than this do not count as in a row.
const FAILURES_KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an ended session can still be looked up.
const ENDED_SESSIONS_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// What was swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Sessions ended because their time had come.
    pub sessions_ended: u64,
    /// Sessions, tokens, denials and counters deleted.
    pub forgotten: u64,
}

impl Identity {
    /// Ends overdue sessions and forgets what is over.
    pub async fn sweep(&self, call: &Call) -> Result<Swept, StoreError> {
        let sessions_ended = self.end_overdue(call).await?;
        let forgotten = self.forget().await?;
        self.revocations.forget(self.ambient.now());
        Ok(Swept { sessions_ended, forgotten })
    }

    async fn end_overdue(&self, call: &Call) -> Result<u64, StoreError> {
        let mut total = 0;
        loop {
            let now = self.ambient.now();
            let mut work = self.store.begin().await?;
            let sessions = work.sessions().end_overdue(now, BATCH).await?;
            if sessions.is_empty() {
                return Ok(total);
            }
            let denied: Vec<_> = sessions.iter().flat_map(|session| self.tokens_of(session, now)).collect();
            let denied: Vec<_> = denied.into_iter().filter(|token| now < token.expires_at).collect();
            work.deny_list().deny(&denied, now).await?;
            let deed = Deed::done("session.expire").with("sessions", sessions.len());
            record(&mut *work, &self.ambient, call, deed, happenings(&sessions)).await?;
            work.commit().await?;
            total += sessions.len() as u64;
            self.confirm(&Ending { sessions, denied }, now);
        }
    }

    async fn forget(&self) -> Result<u64, StoreError> {
        let now = self.ambient.now();
        let mut work = self.store.begin().await?;
        let mut forgotten = work.refresh_tokens().forget(now, now.minus(REPLIES_KEPT)).await?;
        forgotten += work.deny_list().forget(now).await?;
        forgotten += work.lockouts().forget(now.minus(FAILURES_KEPT)).await?;
        forgotten += work.sessions().forget(now.minus(ENDED_SESSIONS_KEPT), BATCH).await?;
        work.commit().await?;
        Ok(forgotten)
    }
}

/// One event for each account and reason.
fn happenings(sessions: &[Session]) -> Vec<Happening> {
    let mut ended: BTreeMap<(UserId, &str), Vec<SessionId>> = BTreeMap::new();
    for session in sessions {
        let reason = session.revoked_reason.map_or("", EndReason::as_str);
        ended.entry((session.user_id, reason)).or_default().push(session.id);
    }
    let event = |((user_id, reason), session_ids): ((UserId, &str), Vec<SessionId>)| Happening::SessionEnded {
        user_id,
        session_ids,
        reason: reason.to_owned(),
    };
    ended.into_iter().map(event).collect()
}

#[cfg(test)]
mod tests;
