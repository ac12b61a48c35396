use actix_web::web::Data;
use cardkey_identity::Grant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Flat;
use crate::http::message::Message;
use crate::http::services::Services;
use crate::http::sessions::SessionView;
use crate::http::users::UserView;

/// Tokens as OAuth 2 clients expect them (RFC 6749 section 5.1), beside the envelope.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenReply {
    access_token: String,
    refresh_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// How long the access token is good, in seconds.
    expires_in: u64,
    data: SignedInView,
}

/// Who is signed in, and in which session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedInView {
    user: UserView,
    session: SessionView,
}

pub(super) fn token_reply(services: &Data<Services>, message: Message, grant: Grant) -> Flat<TokenReply> {
    let remaining = grant.tokens.access_expires_at.since(services.ambient.now());
    // A started second counts: the whole lifetime is 7200, also where a second begins between making the token and telling of it.
    let expires_in = remaining.as_secs() + u64::from(remaining.subsec_nanos() > 0);
    let session = SessionView::of(grant.session, true);
    let fields = TokenReply {
        access_token: grant.tokens.access_token,
        refresh_token: grant.tokens.refresh_token,
        token_type: "Bearer",
        expires_in,
        data: SignedInView { user: grant.account.into(), session },
    };
    Flat { message, fields }
}
