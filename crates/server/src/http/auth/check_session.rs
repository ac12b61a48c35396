use cardkey_domain::Permission;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Reply;
use crate::http::extract::Caller;
use crate::http::problem::Problem;
use crate::http::sessions::SessionView;
use crate::http::users::UserView;

/// Who calls, and until when.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionCheck {
    /// Always true: whoever is not signed in gets a 401 that says why.
    valid: bool,
    user: UserView,
    session: SessionView,
    /// What the account may do.
    permissions: Vec<&'static str>,
    /// When the session ends unless it is refreshed.
    expires_at: String,
}

/// Says whether the caller's session is alive.
pub(crate) async fn check_session(caller: Caller) -> Result<Reply<SessionCheck>, Problem> {
    let who = caller.signed_in();
    Ok(Reply::ok(SessionCheck {
        valid: true,
        user: who.account().clone().into(),
        session: SessionView::of(who.session().clone().into(), true),
        permissions: who.permissions().iter().map(Permission::as_str).collect(),
        expires_at: who.session().ends_at().to_string(),
    }))
}
