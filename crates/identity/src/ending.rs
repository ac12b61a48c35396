//! How sessions are ended, whatever the reason: in a unit of work, with their tokens denied, and then at once in this process.

use cardkey_domain::{SessionId, Timestamp};
use cardkey_events::{Call, StoreError};
use serde::Serialize;

use crate::model::{DeniedToken, EndReason, Session};
use crate::{Identity, UnitOfWork};

/// Sessions that a unit of work ended and has not committed yet.
#[must_use = "what is ended must be committed and confirmed"]
pub(crate) struct Ending {
    pub(crate) sessions: Vec<Session>,
    pub(crate) denied: Vec<DeniedToken>,
}

impl Ending {
    pub(crate) fn ids(&self) -> Vec<SessionId> {
        self.sessions.iter().map(|session| session.id).collect()
    }
}

impl Identity {
    /// Ends those of the sessions that live, and denies their tokens for the rest of the tokens' lives.
    pub(crate) async fn end_sessions(
        &self,
        work: &mut dyn UnitOfWork,
        ids: &[SessionId],
        reason: EndReason,
        now: Timestamp,
    ) -> Result<Ending, StoreError> {
        if ids.is_empty() {
            return Ok(Ending { sessions: Vec::new(), denied: Vec::new() });
        }
        self.revocations.announce(ids, now);
        self.callers.forget_sessions(ids);
        let sessions = work.sessions().end(ids, reason, now).await?;
        let denied: Vec<_> = sessions.iter().flat_map(|session| self.tokens_of(session, now)).collect();
        work.deny_list().deny(&denied, now).await?;
        Ok(Ending { sessions, denied })
    }

    /// Commits a unit of work that ended sessions. When this returns, none of them passes here any more.
    pub(crate) async fn finish_ending<O: Serialize + Sync>(
        &self,
        call: &Call,
        work: Box<dyn UnitOfWork>,
        ending: &Ending,
        outcome: &O,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        call.finish(work, outcome, now).await?;
        self.confirm(ending, now);
        Ok(())
    }

    pub(crate) fn confirm(&self, ending: &Ending, now: Timestamp) {
        let until = now.plus(self.settings.access_lifetime);
        self.revocations.confirm(&ending.sessions, &ending.denied, until);
        self.callers.forget_sessions(&ending.ids());
    }
}
