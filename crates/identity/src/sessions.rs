//! The sessions of an account, seen and ended by itself or by an operator (SES-02).

use cardkey_domain::{SessionId, UserId};
use cardkey_events::{Call, Deed, Happening, StoreError, record};

use crate::model::EndReason;
use crate::{Caller, EndedSessions, Identity, SignedInDevice, UnitOfWork};

/// Why a session is not ended.
#[derive(Debug, thiserror::Error)]
pub enum RevokeSessionError {
    /// The account has no such live session.
    #[error("there is no such session")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an account is not signed out.
#[derive(Debug, thiserror::Error)]
pub enum SignOutUserError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// An account's live sessions, most recently active first; `None` when there is no such account.
    pub async fn sessions_of(&self, user: UserId) -> Result<Option<Vec<SignedInDevice>>, StoreError> {
        if self.store.read().user(user).await?.is_none() {
            return Ok(None);
        }
        let mut live = self.store.read().live_sessions(user, self.ambient.now()).await?;
        self.activities.correct(&mut live);
        live.sort_by_key(|session| std::cmp::Reverse((session.last_active_at, session.id)));
        Ok(Some(live.into_iter().map(SignedInDevice::from).collect()))
    }

    /// Ends one of an account's sessions.
    pub async fn revoke_session(
        &self,
        call: &Call,
        owner: UserId,
        session: SessionId,
    ) -> Result<EndedSessions, RevokeSessionError> {
        let now = self.ambient.now();
        let is_theirs = self.store.read().session(session).await?.is_some_and(|(found, _)| found.user_id == owner);
        if !is_theirs {
            return Err(RevokeSessionError::NotFound);
        }
        let mut work = self.store.begin().await?;
        let ending = self.end_sessions(&mut *work, &[session], EndReason::Revoked, now).await?;
        if ending.sessions.is_empty() {
            return Err(RevokeSessionError::NotFound);
        }
        let ended = EndedSessions { session_ids: ending.ids() };
        let deed = Deed::done("session.revoke").to("session", session).with("user_id", owner);
        record(&mut *work, &self.ambient, call, deed, vec![revoked(owner, &ended)]).await?;
        self.finish_ending(call, work, &ending, &ended, now).await?;
        Ok(ended)
    }

    /// Ends all sessions of the caller's account but the caller's.
    pub async fn revoke_other_sessions(&self, call: &Call, caller: &Caller) -> Result<EndedSessions, StoreError> {
        let owner = caller.account().id;
        self.revoke_all_but(Some(caller.session().id), call, owner, "session.revoke_others").await
    }

    /// Ends all sessions of an account, by an operator (RBAC-02).
    pub async fn sign_out_user(&self, call: &Call, owner: UserId) -> Result<EndedSessions, SignOutUserError> {
        if self.store.read().user(owner).await?.is_none() {
            return Err(SignOutUserError::NotFound);
        }
        Ok(self.revoke_all_but(None, call, owner, "user.sign_out").await?)
    }

    /// The account's live sessions, as the unit of work sees them.
    pub(crate) async fn live_ids(
        &self,
        work: &mut dyn UnitOfWork,
        owner: UserId,
    ) -> Result<Vec<SessionId>, StoreError> {
        let live = work.sessions().live_of(owner, self.ambient.now()).await?;
        Ok(live.into_iter().map(|session| session.id).collect())
    }

    async fn revoke_all_but(
        &self,
        kept: Option<SessionId>,
        call: &Call,
        owner: UserId,
        action: &'static str,
    ) -> Result<EndedSessions, StoreError> {
        let now = self.ambient.now();
        let mut work = self.store.begin().await?;
        let mut ids = self.live_ids(&mut *work, owner).await?;
        ids.retain(|id| Some(*id) != kept);
        let ending = self.end_sessions(&mut *work, &ids, EndReason::Revoked, now).await?;
        let ended = EndedSessions { session_ids: ending.ids() };
        let happenings = if ended.session_ids.is_empty() { Vec::new() } else { vec![revoked(owner, &ended)] };
        let deed = Deed::done(action).to("user", owner).with("sessions", &ended.session_ids);
        record(&mut *work, &self.ambient, call, deed, happenings).await?;
        self.finish_ending(call, work, &ending, &ended, now).await?;
        Ok(ended)
    }
}

fn revoked(user_id: UserId, ended: &EndedSessions) -> Happening {
    let session_ids = ended.session_ids.clone();
    Happening::SessionEnded { user_id, session_ids, reason: EndReason::Revoked.to_string() }
}

#[cfg(test)]
mod tests;
