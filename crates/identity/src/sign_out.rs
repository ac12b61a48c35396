use cardkey_domain::SessionId;
use cardkey_events::{Call, Deed, Happening, StoreError, record};
use serde::{Deserialize, Serialize};

use crate::model::EndReason;
use crate::{Caller, Identity, UnitOfWork};

/// Which sessions were ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedSessions {
    /// Their identifiers.
    pub session_ids: Vec<SessionId>,
}

impl Identity {
    /// Ends the caller's session; its tokens are dead when this returns (AUTH-12).
    pub async fn sign_out(&self, call: &Call, caller: &Caller) -> Result<EndedSessions, StoreError> {
        let work = self.store.begin().await?;
        self.leave(call, caller, work, &[caller.session().id], EndReason::Logout).await
    }

    /// Ends all sessions of the caller's account.
    pub async fn sign_out_everywhere(&self, call: &Call, caller: &Caller) -> Result<EndedSessions, StoreError> {
        let mut work = self.store.begin().await?;
        let ids = self.live_ids(&mut *work, caller.account().id).await?;
        self.leave(call, caller, work, &ids, EndReason::LogoutAll).await
    }

    async fn leave(
        &self,
        call: &Call,
        caller: &Caller,
        mut work: Box<dyn UnitOfWork>,
        ids: &[SessionId],
        reason: EndReason,
    ) -> Result<EndedSessions, StoreError> {
        let now = self.ambient.now();
        let user_id = caller.account().id;
        let ending = self.end_sessions(&mut *work, ids, reason, now).await?;
        let ended = EndedSessions { session_ids: ending.ids() };
        let deed = Deed::done("user.logout").to("user", user_id).with("sessions", &ended.session_ids);
        let happening = Happening::UserLogout { user_id, session_ids: ending.ids() };
        record(&mut *work, &self.ambient, call, deed, vec![happening]).await?;
        self.finish_ending(call, work, &ending, &ended, now).await?;
        Ok(ended)
    }
}

#[cfg(test)]
mod tests;
