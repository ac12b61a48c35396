//! Whoever holds on to a session without showing its token at each step: live connections, and what was handed out to be used later.

use cardkey_domain::SessionId;

use crate::model::{EndReason, UserStatus};
use crate::revocations::Mark;
use crate::{Account, Identity, NotSignedIn};

impl Identity {
    /// The account of a session, if both may act as of now. Read anew each time.
    pub async fn in_session(&self, session: SessionId) -> Result<Account, NotSignedIn> {
        let Some((session, user)) = self.store.read().session(session).await? else {
            return Err(NotSignedIn::SessionEnded { reason: None });
        };
        let reason = self.ended_here(session.id).or_else(|| session.end_reason(self.ambient.now()));
        if let Some(reason) = reason {
            return Err(NotSignedIn::SessionEnded { reason: Some(reason) });
        }
        if user.status == UserStatus::Disabled { Err(NotSignedIn::AccountDisabled) } else { Ok(user.into()) }
    }

    /// Why this process ended a session, as long as it remembers. Asks nobody.
    pub fn ended_here(&self, session: SessionId) -> Option<EndReason> {
        match self.revocations.mark(session, self.ambient.now()) {
            Some(Mark::Ended { reason, .. }) => Some(reason),
            Some(Mark::InDoubt { .. }) | None => None,
        }
    }

    /// How often this process ended sessions so far. While it stays the same, [`Identity::ended_here`] has nothing new to tell.
    pub fn ends_so_far(&self) -> u64 {
        self.revocations.ends_so_far()
    }
}

#[cfg(test)]
mod tests;
