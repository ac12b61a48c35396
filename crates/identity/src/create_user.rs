use cardkey_crypto::PasswordHasher;
use cardkey_domain::{Email, Password, PasswordPolicy, PasswordRule, RoleName, Secret, UserId, UserName};
use cardkey_events::{Call, Constraint, Deed, Happening, StoreError, record};

use crate::grants::{Grants, tidy};
use crate::model::{PermissionSet, User, UserStatus};
use crate::{Account, Busy, Identity};

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name it will sign in with.
    pub name: UserName,
    /// Its address.
    pub email: Option<Email>,
    /// How it will prove itself.
    pub password: NewPassword,
    /// Its roles.
    pub roles: Vec<RoleName>,
    /// Whether it must choose another password first.
    pub must_change_password: bool,
}

/// The password of an account to be made.
#[derive(Debug, Clone)]
pub enum NewPassword {
    /// As typed; it must obey the policy.
    Typed(Password),
    /// A plain bcrypt hash from another system (AUTH-04); it is replaced at the first sign-in.
    Imported(Secret<String>),
}

/// Why an account is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// The name is taken.
    #[error("the user name is taken")]
    NameTaken,
    /// The address is taken.
    #[error("the email address is taken")]
    EmailTaken,
    /// The password breaks rules.
    #[error("the password is too weak")]
    Weak(Vec<PasswordRule>),
    /// The imported hash is not plain bcrypt of a bearable cost.
    #[error("the password hash is not one that can be imported")]
    HashNotImportable,
    /// There is no such role.
    #[error("there is no role {0}")]
    UnknownRole(RoleName),
    /// The roles may do what their giver may not.
    #[error("nobody grants what they do not hold")]
    GrantsTooMuch,
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl Identity {
    /// Makes an account that may sign in at once. `held` is what its maker may do.
    pub async fn create_user(
        &self,
        call: &Call,
        held: PermissionSet,
        new: NewUser,
    ) -> Result<Account, CreateUserError> {
        let password_hash = self.hash_of(&new).await?;
        let now = self.ambient.now();
        let user = User {
            id: self.ambient.id::<UserId>(),
            name: new.name,
            email: new.email,
            password_hash,
            status: UserStatus::Active,
            must_change_password: new.must_change_password,
            roles: tidy(new.roles),
            created_at: now,
            updated_at: now,
            last_login_at: None,
            password_changed_at: now,
        };
        let mut work = self.store.begin().await?;
        let granted = Grants::of(&mut *work, &user.roles).await?;
        if let Some(unknown) = granted.unknown.into_iter().next() {
            return Err(CreateUserError::UnknownRole(unknown));
        }
        if !held.covers(granted.permissions) {
            return Err(CreateUserError::GrantsTooMuch);
        }
        work.users().insert(&user).await?;
        let deed = Deed::done("user.create").to("user", user.id).with("name", &user.name).with("roles", &user.roles);
        record(&mut *work, &self.ambient, call, deed, vec![Happening::UserRegister { user_id: user.id }]).await?;
        let account = Account::from(user);
        call.finish(work, &account, now).await?;
        Ok(account)
    }

    async fn hash_of(&self, new: &NewUser) -> Result<Secret<String>, CreateUserError> {
        match &new.password {
            NewPassword::Imported(hash) if PasswordHasher::is_importable(hash.expose()) => Ok(hash.clone()),
            NewPassword::Imported(_) => Err(CreateUserError::HashNotImportable),
            NewPassword::Typed(password) => {
                let broken = PasswordPolicy::broken_rules(password, &new.name, new.email.as_ref());
                if !broken.is_empty() {
                    return Err(CreateUserError::Weak(broken));
                }
                Ok(self.passwords.admit().await?.hash(password).await?)
            }
        }
    }
}

impl From<StoreError> for CreateUserError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(Constraint::UserName) => Self::NameTaken,
            StoreError::Conflict(Constraint::Email) => Self::EmailTaken,
            other => Self::Store(other),
        }
    }
}

#[cfg(test)]
mod tests;
