use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use cardkey_domain::{Permission, SessionId, UserId};

use super::access::Access;
use super::error::Code;
use super::problem::Problem;

/// Tells whose token it is.
#[async_trait]
pub(crate) trait Gate: Send + Sync {
    /// The account of a live access token; a problem of status 401 for any other text.
    async fn admit(&self, token: &str) -> Result<Account, Problem>;
}

/// Who is signed in, as of at most a second ago.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: UserId,
    pub(crate) name: Arc<str>,
    pub(crate) session_id: SessionId,
    pub(crate) permissions: Arc<BTreeSet<Permission>>,
    pub(crate) must_change_password: bool,
}

impl Account {
    /// Whether the account may call a route of this access.
    pub(super) fn check(&self, access: Access) -> Result<(), Problem> {
        match access {
            Access::Public | Access::PendingPassword => Ok(()),
            _ if self.must_change_password => Err(Code::AuthPasswordChangeRequired.into()),
            Access::SignedIn => Ok(()),
            Access::Permission(permission) if self.may(permission) => Ok(()),
            Access::Permission(permission) => Err(Problem::from(Code::AuthForbidden)
                .detail(format!("需要权限 {permission}"), format!("The permission {permission} is needed"))
                .with("permission", permission.as_str())),
        }
    }

    /// Whether one of the account's roles holds a permission.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750 section 2.1).
pub(super) fn bearer(header: Option<&actix_web::http::header::HeaderValue>) -> Result<&str, Problem> {
    let text = header.ok_or(Code::AuthRequired)?.to_str().map_err(|_| Code::AuthTokenInvalid)?;
    let (scheme, token) = text.split_once(' ').ok_or(Code::AuthTokenInvalid)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Code::AuthRequired.into()) }
}
