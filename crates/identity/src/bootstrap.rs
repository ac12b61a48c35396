//! The first start (AUTH-02).

use cardkey_domain::{Password, PasswordPolicy, PasswordRule, RoleName, UserId, UserName};
use cardkey_events::{Call, Constraint, Deed, Happening, StoreError, record};

use crate::model::{User, UserStatus};
use crate::{Busy, Identity};

/// The administrator's name.
const NAME: &str = "admin";
/// The password it has until it is given another. Known to everybody, so good for nothing but being changed.
const DEFAULT_PASSWORD: &str = "admin1314159";

/// How the administrator is to be made, and what is tolerated.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// The first password, where the operator chose one; it need not be changed then.
    pub initial_password: Option<Password>,
    /// Whether an administrator with the default password may stand. Not in production.
    pub default_password_may_stand: bool,
}

/// What the first start did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bootstrapped {
    /// It made the administrator.
    Created,
    /// There were accounts already.
    Nothing,
}

/// Why the server must not start.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The administrator has, or would get, the default password.
    #[error("the administrator has the default password")]
    DefaultPassword,
    /// The chosen first password breaks rules.
    #[error("the initial password is too weak")]
    Weak(Vec<PasswordRule>),
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// Makes the administrator where there is no account yet. Done again, or by two nodes at once, it does nothing.
    pub async fn bootstrap(&self, how: &Bootstrap) -> Result<Bootstrapped, BootstrapError> {
        if self.store.read().user_count().await? > 0 {
            if !how.default_password_may_stand && self.default_password_stands().await? {
                return Err(BootstrapError::DefaultPassword);
            }
            return Ok(Bootstrapped::Nothing);
        }
        let chosen = how.initial_password.as_ref().filter(|password| password.expose() != DEFAULT_PASSWORD);
        let name = administrator();
        if let Some(password) = chosen {
            let broken = PasswordPolicy::broken_rules(password, &name, None);
            if !broken.is_empty() {
                return Err(BootstrapError::Weak(broken));
            }
        }
        if chosen.is_none() && !how.default_password_may_stand {
            return Err(BootstrapError::DefaultPassword);
        }
        let password = chosen.cloned().unwrap_or_else(default_password);
        match self.create_administrator(name, &password, chosen.is_none()).await {
            Err(BootstrapError::Store(error)) if error.is_conflict(Constraint::UserName) => Ok(Bootstrapped::Nothing),
            other => other.map(|()| Bootstrapped::Created),
        }
    }

    /// Whether the administrator still has the password that everybody knows. The password policy lets nobody go back to it, so an
    /// account that need not change its password is not tried.
    pub async fn default_password_stands(&self) -> Result<bool, BootstrapError> {
        let administrator = self.store.read().user_by_login(&administrator().key()).await?;
        let Some(user) = administrator.filter(|user| user.must_change_password) else { return Ok(false) };
        let verification = self.passwords.admit().await?.verify(&default_password(), Some(&user.password_hash)).await?;
        Ok(verification.matches)
    }

    async fn create_administrator(
        &self,
        name: UserName,
        password: &Password,
        must_change_password: bool,
    ) -> Result<(), BootstrapError> {
        let password_hash = self.passwords.admit().await?.hash(password).await?;
        let now = self.ambient.now();
        let user = User {
            id: self.ambient.id::<UserId>(),
            name,
            email: None,
            password_hash,
            status: UserStatus::Active,
            must_change_password,
            roles: vec![RoleName::super_admin()],
            created_at: now,
            updated_at: now,
            last_login_at: None,
            password_changed_at: now,
        };
        let call = Call::by_system("bootstrap", "start".to_owned());
        let mut work = self.store.begin().await?;
        work.users().insert(&user).await?;
        let deed = Deed::done("user.create").to("user", user.id).with("name", &user.name).with("roles", &user.roles);
        record(&mut *work, &self.ambient, &call, deed, vec![Happening::UserRegister { user_id: user.id }]).await?;
        work.commit().await?;
        Ok(())
    }
}

fn administrator() -> UserName {
    UserName::parse(NAME).expect("the administrator's name is a user name")
}

fn default_password() -> Password {
    Password::new(DEFAULT_PASSWORD.to_owned())
}

#[cfg(test)]
mod tests;
