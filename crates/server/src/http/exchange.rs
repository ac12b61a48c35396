use std::cell::Cell;
use std::rc::Rc;

use actix_web::http::header;
use actix_web::{HttpRequest, web};
use bytes::Bytes;
use cardkey_events::{Actor, Call};
use cardkey_identity::Caller;

use super::extract::{Locale, client_address, request_id};
use super::route::Plan;
use super::services::Services;

const LONGEST_USER_AGENT: usize = 255;

/// One request being answered: what came in, which route it is, and who asks. Arguments of handlers are taken from it.
pub(crate) struct Exchange {
    pub(super) request: HttpRequest,
    pub(super) services: web::Data<Services>,
    pub(super) plan: Rc<Plan>,
    pub(super) caller: Option<Caller>,
    pub(super) body: Bytes,
    /// What follows the head of a request without a body, until somebody takes it ([`super::extract::Upgrade`]).
    pub(super) payload: Cell<Option<web::Payload>>,
    pub(super) replayed: Cell<bool>,
}

impl Exchange {
    /// The language the caller reads.
    pub(crate) fn locale(&self) -> Locale {
        Locale::of(&self.request, self.services.site.default_locale)
    }

    /// The circumstances that a use case is told, without an idempotency key.
    pub(super) fn call(&self) -> Call {
        call(&self.request, &self.services, self.caller.as_ref())
    }
}

/// The circumstances of a request.
pub(super) fn call(request: &HttpRequest, services: &Services, caller: Option<&Caller>) -> Call {
    let actor = caller.map_or(Actor::Nobody, Caller::actor);
    let user_agent = request.headers().get(header::USER_AGENT).map(|value| {
        String::from_utf8_lossy(value.as_bytes()).chars().filter(|c| !c.is_control()).take(LONGEST_USER_AGENT).collect()
    });
    Call {
        actor,
        ip: client_address(request, &services.site.trusted_proxies),
        user_agent,
        request_id: request_id(request),
        once: None,
    }
}
