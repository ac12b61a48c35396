use actix_web::web::Data;
use cardkey_domain::{SessionId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::SessionView;
use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::Caller;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// The live sessions of an account: never more than a page.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionList {
    items: Vec<SessionView>,
    total: u64,
    page: u32,
    page_size: u32,
    next_cursor: Option<String>,
}

/// Lists one's own live sessions, most recently active first.
pub(crate) async fn list(caller: Caller, services: Data<Services>) -> Result<Reply<SessionList>, Problem> {
    let user = caller.account().id;
    SessionList::read(&services, user, caller.signed_in().session().id).await.map(Reply::ok)
}

impl SessionList {
    pub(in crate::http) async fn read(services: &Services, user: UserId, current: SessionId) -> Result<Self, Problem> {
        let sessions = services.identity.sessions_of(user).await?.ok_or(Code::UserNotFound)?;
        let items: Vec<_> = sessions
            .into_iter()
            .map(|session| {
                let is_current = session.id == current;
                SessionView::of(session, is_current)
            })
            .collect();
        let page_size = u32::try_from(items.len()).unwrap_or(u32::MAX).max(1);
        Ok(Self { total: items.len() as u64, items, page: 1, page_size, next_cursor: None })
    }
}
