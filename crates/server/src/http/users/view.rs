use cardkey_identity::Account;
use cardkey_identity::model::UserStatus;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An account.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserView {
    id: String,
    username: String,
    email: Option<String>,
    status: AccountStatus,
    /// Whether it can do nothing but change its password.
    must_change_password: bool,
    roles: Vec<String>,
    created_at: String,
    updated_at: String,
    last_login_at: Option<String>,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountStatus {
    Active,
    Disabled,
}

impl From<Account> for UserView {
    fn from(account: Account) -> Self {
        Self {
            id: account.id.to_string(),
            username: account.name.into(),
            email: account.email.map(String::from),
            status: account.status.into(),
            must_change_password: account.must_change_password,
            roles: account.roles.into_iter().map(String::from).collect(),
            created_at: account.created_at.to_string(),
            updated_at: account.updated_at.to_string(),
            last_login_at: account.last_login_at.map(|at| at.to_string()),
        }
    }
}

impl From<UserStatus> for AccountStatus {
    fn from(status: UserStatus) -> Self {
        match status {
            UserStatus::Active => Self::Active,
            UserStatus::Disabled => Self::Disabled,
        }
    }
}

impl From<AccountStatus> for UserStatus {
    fn from(status: AccountStatus) -> Self {
        match status {
            AccountStatus::Active => Self::Active,
            AccountStatus::Disabled => Self::Disabled,
        }
    }
}
