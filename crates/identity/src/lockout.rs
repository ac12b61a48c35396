//! How failed sign-ins are counted (AUTH-05).

use std::time::Duration;

use cardkey_domain::{Email, Timestamp, UserName};
use cardkey_events::{Call, Deed, Happening, StoreError, record};

use crate::model::{LockoutBucket, User};
use crate::{Identity, SignInError};

/// What a typed name is looked up by. Names with an `@` are addresses, since user names have none.
pub(crate) struct LoginKey {
    key: String,
    /// What is neither a user name nor an address belongs to nobody; it is counted like any other name of nobody.
    may_exist: bool,
}

impl LoginKey {
    pub(crate) fn of(typed: &str) -> Self {
        let key = if typed.contains('@') {
            Email::parse(typed).map(|email| email.key()).ok()
        } else {
            UserName::parse(typed).map(|name| name.key()).ok()
        };
        let may_exist = key.is_some();
        Self { key: key.unwrap_or_else(|| typed.trim().to_lowercase()), may_exist }
    }
}

impl Identity {
    pub(crate) async fn find(&self, login: &LoginKey) -> Result<Option<User>, StoreError> {
        if login.may_exist { self.store.read().user_by_login(&login.key).await } else { Ok(None) }
    }

    /// Failures of an account are counted together, by whichever of its names they come, except from devices it is known to use, each
    /// of which has its own count: a stranger cannot lock the owner out (OWASP Authentication Cheat Sheet, "Account Lockout"; device
    /// cookies). Names of nobody have buckets like any other.
    pub(crate) async fn bucket_of(&self, login: &LoginKey, device: Option<&str>) -> Result<LockoutBucket, StoreError> {
        let user = self.find(login).await?;
        let owner = user.as_ref().map_or_else(|| login.key.clone(), |user| user.name.key());
        if let Some(device) = device {
            let account = user.map_or_else(|| self.ambient.id(), |user| user.id);
            let hash = self.device_hash(account, device);
            if self.store.read().knows_device(account, hash).await? {
                return Ok(self.bucket("sign-in from device", &[owner.as_bytes(), &hash]));
            }
        }
        Ok(self.bucket("sign-in", &[owner.as_bytes()]))
    }

    /// How long a bucket stays locked.
    pub(crate) async fn lock_left(
        &self,
        bucket: LockoutBucket,
        now: Timestamp,
    ) -> Result<Option<Duration>, StoreError> {
        let lockout = self.store.read().lockout(bucket).await?;
        Ok(lockout.locked_until.filter(|until| now < *until).map(|until| until.since(now)))
    }

    /// Counts, audits, and locks at the limit, in one unit of work.
    pub(crate) async fn count_failure(
        &self,
        call: &Call,
        bucket: LockoutBucket,
        user: Option<&User>,
    ) -> Result<SignInError, StoreError> {
        let now = self.ambient.now();
        let until = now.plus(self.settings.lock_lifetime);
        let mut work = self.store.begin().await?;
        let lockout = work.lockouts().fail(bucket, self.settings.failures_to_lock, until, now).await?;
        let mut deed = Deed::refused("user.login", "auth.invalid_credentials").with("failures", lockout.failures);
        if let Some(until) = lockout.locked_until {
            deed = deed.with("locked_until", until);
        }
        // A name that belongs to nobody is not written down: it is often a password typed in the wrong place.
        let happenings = match user {
            Some(user) => {
                deed = deed.to("user", user.id);
                let locked_now = lockout.locked_until.filter(|locked_until| *locked_until == until);
                locked_now.map(|until| Happening::UserLocked { user_id: user.id, until }).into_iter().collect()
            }
            None => Vec::new(),
        };
        record(&mut *work, &self.ambient, call, deed, happenings).await?;
        work.commit().await?;
        Ok(SignInError::InvalidCredentials)
    }
}
