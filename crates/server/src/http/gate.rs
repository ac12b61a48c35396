//! The door: whose token it is, and whether they may.

use actix_web::HttpRequest;
use actix_web::http::header;
use cardkey_identity::model::EndReason;
use cardkey_identity::{Caller, Forbidden, NotSignedIn};

use super::access::Access;
use super::error::Code;
use super::extract::client_address;
use super::problem::Problem;
use super::services::Services;

/// Finds out who asks.
pub(super) async fn admit(request: &HttpRequest, services: &Services) -> Result<Caller, Problem> {
    let ip = client_address(request, &services.site.trusted_proxies);
    Ok(services.identity.authenticate(bearer(request)?, ip).await?)
}

/// Whether they may call a route of this access.
pub(super) fn check(caller: &Caller, access: Access) -> Result<(), Problem> {
    match access {
        Access::Public | Access::PendingPassword => Ok(()),
        Access::SignedIn => Ok(caller.settled()?),
        Access::Permission(permission) => Ok(caller.may(permission)?),
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750 section 2.1).
pub(super) fn bearer(request: &HttpRequest) -> Result<&str, Problem> {
    let header = request.headers().get(header::AUTHORIZATION).ok_or(Code::AuthRequired)?;
    let text = header.to_str().map_err(|_| Code::AuthTokenInvalid)?;
    let (scheme, token) = text.split_once(' ').ok_or(Code::AuthTokenInvalid)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Code::AuthRequired.into()) }
}

impl From<NotSignedIn> for Problem {
    fn from(refusal: NotSignedIn) -> Self {
        match refusal {
            NotSignedIn::TokenInvalid => Code::AuthTokenInvalid.into(),
            NotSignedIn::TokenExpired => Code::AuthTokenExpired.into(),
            NotSignedIn::SessionEnded { reason } => {
                Self::from(Code::AuthSessionEnded).with("reason", reason.map(EndReason::as_str))
            }
            NotSignedIn::AccountDisabled => Code::AuthAccountDisabled.into(),
            NotSignedIn::Store(error) => error.into(),
        }
    }
}

impl From<Forbidden> for Problem {
    fn from(refusal: Forbidden) -> Self {
        match refusal {
            Forbidden::PasswordChangeRequired => Code::AuthPasswordChangeRequired.into(),
            Forbidden::PermissionMissing(permission) => Self::from(Code::AuthForbidden)
                .detail(format!("需要权限 {permission}"), format!("The permission {permission} is needed"))
                .with("permission", permission.as_str()),
        }
    }
}
