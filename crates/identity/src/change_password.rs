use std::time::Duration;

use cardkey_domain::{Password, PasswordPolicy, PasswordRule, Timestamp};
use cardkey_events::{Call, Deed, Happening, StoreError, record};

use crate::model::{EndReason, LockoutBucket, User};
use crate::{Busy, Caller, EndedSessions, Identity};

/// The old password and the one to take its place.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// As typed.
    pub old: Password,
    /// As typed.
    pub new: Password,
}

/// Why a password is not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The new one breaks rules.
    #[error("the new password is too weak")]
    Weak(Vec<PasswordRule>),
    /// The new one is the old one.
    #[error("the new password is the old one")]
    Unchanged,
    /// The old one is wrong.
    #[error("the old password is wrong")]
    WrongPassword,
    /// The old one was wrong too often in a row.
    #[error("changing the password is locked")]
    Locked {
        /// How long it stays so.
        retry_after: Duration,
    },
    /// Too many wait to be let in.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The account was changed meanwhile.
    #[error("the account was changed meanwhile")]
    ChangedMeanwhile,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// Gives the caller's account another password and ends all its other sessions (AUTH-08).
    pub async fn change_password(
        &self,
        call: &Call,
        caller: &Caller,
        change: ChangePassword,
    ) -> Result<EndedSessions, ChangePasswordError> {
        let account = caller.account();
        let broken = PasswordPolicy::broken_rules(&change.new, &account.name, account.email.as_ref());
        if !broken.is_empty() {
            return Err(ChangePasswordError::Weak(broken));
        }
        if change.old.expose() == change.new.expose() {
            return Err(ChangePasswordError::Unchanged);
        }
        let mut place = self.passwords.admit().await?;
        // A stolen session is no way to try passwords without end.
        let bucket = self.bucket("change password", &[account.id.to_string().as_bytes()]);
        let _turn = self.turns.wait_for(bucket).await;
        if let Some(retry_after) = self.lock_left(bucket, self.ambient.now()).await? {
            return Err(ChangePasswordError::Locked { retry_after });
        }
        let user = self.store.read().user(account.id).await?.ok_or(ChangePasswordError::ChangedMeanwhile)?;
        if !place.verify(&change.old, Some(&user.password_hash)).await?.matches {
            self.count_wrong_password(bucket).await?;
            return Err(ChangePasswordError::WrongPassword);
        }
        let hash = place.hash(&change.new).await?;
        let now = self.ambient.now();
        let changed = User { password_hash: hash, must_change_password: false, ..user.clone() };
        self.put_password(call, caller, bucket, (&user, changed.with_new_password_at(now)), now).await
    }

    async fn put_password(
        &self,
        call: &Call,
        caller: &Caller,
        bucket: LockoutBucket,
        (seen, changed): (&User, User),
        now: Timestamp,
    ) -> Result<EndedSessions, ChangePasswordError> {
        let mut work = self.store.begin().await?;
        if !work.users().update(&changed, seen.updated_at).await? {
            return Err(ChangePasswordError::ChangedMeanwhile);
        }
        work.lockouts().clear(bucket, now).await?;
        let mut others = self.live_ids(&mut *work, seen.id).await?;
        others.retain(|id| *id != caller.session().id);
        let ending = self.end_sessions(&mut *work, &others, EndReason::PasswordChanged, now).await?;
        let ended = EndedSessions { session_ids: ending.ids() };
        let deed = Deed::done("user.change_password").to("user", seen.id).with("sessions_ended", &ended.session_ids);
        let happening = Happening::UserPasswordChanged { user_id: seen.id, session_ids: ending.ids() };
        record(&mut *work, &self.ambient, call, deed, vec![happening]).await?;
        self.finish_ending(call, work, &ending, &ended, now).await?;
        self.callers.forget_account(seen.id);
        Ok(ended)
    }

    async fn count_wrong_password(&self, bucket: LockoutBucket) -> Result<(), StoreError> {
        let now = self.ambient.now();
        let until = now.plus(self.settings.lock_lifetime);
        let mut work = self.store.begin().await?;
        work.lockouts().fail(bucket, self.settings.failures_to_lock, until, now).await?;
        work.commit().await
    }
}

#[cfg(test)]
mod tests;
