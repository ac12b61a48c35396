use cardkey_domain::{Email, RoleName, Timestamp, UserId, UserName};
use cardkey_events::{Auditable, Call, Constraint, Deed, Fact, Happening, StoreError, record};

use crate::grants::{Grants, tidy};
use crate::model::{EndReason, PermissionSet, User, UserStatus};
use crate::{Account, Identity, UnitOfWork};

/// What is to be changed of an account; what is not named stays.
#[derive(Debug, Clone, Default)]
pub struct EditUser {
    /// Another name.
    pub name: Option<UserName>,
    /// Another address, or none.
    pub email: Option<Option<Email>>,
    /// Disabled or enabled.
    pub status: Option<UserStatus>,
    /// Other roles.
    pub roles: Option<Vec<RoleName>>,
    /// Whether the password must be changed first.
    pub must_change_password: Option<bool>,
}

/// Why an account is not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditUserError {
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// The name is taken.
    #[error("the user name is taken")]
    NameTaken,
    /// The address is taken.
    #[error("the email address is taken")]
    EmailTaken,
    /// There is no such role.
    #[error("there is no role {0}")]
    UnknownRole(RoleName),
    /// The roles, or the account itself, may do what the one who changes them may not.
    #[error("nobody grants what they do not hold, or changes who holds more")]
    GrantsTooMuch,
    /// No super administrator would be left.
    #[error("the last super administrator stays")]
    LastSuperAdmin,
    /// It was changed again and again meanwhile.
    #[error("the account was changed meanwhile")]
    ChangedMeanwhile,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

/// How often a change is tried anew on top of somebody else's.
const ATTEMPTS: u32 = 4;

impl Identity {
    /// Changes an account. Disabling it ends its sessions; whatever changes is felt here at once. `held` is what the editor may do.
    pub async fn edit_user(
        &self,
        call: &Call,
        held: PermissionSet,
        id: UserId,
        edit: EditUser,
    ) -> Result<Account, EditUserError> {
        for _ in 0..ATTEMPTS {
            let seen = self.store.read().user(id).await?.ok_or(EditUserError::NotFound)?;
            let now = self.ambient.now();
            let changed = edited(seen.clone(), &edit, now);
            if let Some(account) = self.put_edited(call, held, (&seen, changed), now).await? {
                return Ok(account);
            }
        }
        Err(EditUserError::ChangedMeanwhile)
    }

    /// `None` when somebody changed the account since it was seen.
    async fn put_edited(
        &self,
        call: &Call,
        held: PermissionSet,
        (seen, changed): (&User, User),
        now: Timestamp,
    ) -> Result<Option<Account>, EditUserError> {
        let mut work = self.store.begin().await?;
        refuse_excess(&mut *work, held, seen, &changed).await?;
        if seen.is_acting_super_admin() && !changed.is_acting_super_admin() {
            let others = work.users().other_super_admins(seen.id).await?;
            if others == 0 {
                return Err(EditUserError::LastSuperAdmin);
            }
        }
        if !work.users().update(&changed, seen.updated_at).await? {
            return Ok(None);
        }
        let live = match changed.status {
            UserStatus::Disabled => self.live_ids(&mut *work, seen.id).await?,
            UserStatus::Active => Vec::new(),
        };
        let ending = self.end_sessions(&mut *work, &live, EndReason::AccountDisabled, now).await?;
        let mut happenings = vec![Happening::UserChanged { user_id: seen.id }];
        if !ending.sessions.is_empty() {
            let reason = EndReason::AccountDisabled.to_string();
            happenings.push(Happening::SessionEnded { user_id: seen.id, session_ids: ending.ids(), reason });
        }
        let deed = Deed::done("user.edit").to("user", seen.id).with("changes", changes(seen, &changed));
        record(&mut *work, &self.ambient, call, deed, happenings).await?;
        let account = Account::from(changed);
        self.finish_ending(call, work, &ending, &account, now).await?;
        self.callers.forget_account(account.id);
        Ok(Some(account))
    }
}

fn edited(user: User, edit: &EditUser, now: Timestamp) -> User {
    let changed = User {
        name: edit.name.clone().unwrap_or_else(|| user.name.clone()),
        email: edit.email.clone().unwrap_or_else(|| user.email.clone()),
        status: edit.status.unwrap_or(user.status),
        roles: edit.roles.clone().map_or_else(|| user.roles.clone(), tidy),
        must_change_password: edit.must_change_password.unwrap_or(user.must_change_password),
        ..user
    };
    changed.changed_at(now)
}

async fn refuse_excess(
    work: &mut dyn UnitOfWork,
    held: PermissionSet,
    seen: &User,
    changed: &User,
) -> Result<(), EditUserError> {
    let before = Grants::of(work, &seen.roles).await?;
    let after = Grants::of(work, &changed.roles).await?;
    if let Some(unknown) = after.unknown.into_iter().find(|role| !seen.roles.contains(role)) {
        return Err(EditUserError::UnknownRole(unknown));
    }
    let covered = held.covers(before.permissions) && held.covers(after.permissions);
    if covered { Ok(()) } else { Err(EditUserError::GrantsTooMuch) }
}

/// Before and after of what changed, for the audit log.
fn changes(before: &User, after: &User) -> Fact {
    Fact::fields([
        ("name", differing(&before.name, &after.name)),
        ("email", differing(&before.email, &after.email)),
        ("status", differing(&before.status, &after.status)),
        ("roles", differing(&before.roles, &after.roles)),
        ("must_change_password", differing(&before.must_change_password, &after.must_change_password)),
    ])
}

fn differing<T: Auditable + PartialEq>(before: &T, after: &T) -> Fact {
    (before != after).then_some([before, after]).fact()
}

impl From<StoreError> for EditUserError {
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
