use std::ops::Deref;
use std::rc::Rc;

use cardkey_events::Call;
use cardkey_identity::{Account, Caller as SignedIn};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::locale::Locale;
use super::once;
use crate::http::endpoint::Argument;
use crate::http::error::Code;
use crate::http::exchange::Exchange;
use crate::http::gate;
use crate::http::problem::Problem;
use crate::http::sketch::Sketch;

/// Whoever calls, signed in or not: the circumstances that a use case is told.
pub(crate) struct Visitor(Rc<Exchange>);

impl Visitor {
    /// The circumstances, for what changes nothing.
    pub(crate) fn call(&self) -> Call {
        self.0.call()
    }

    /// Does something once for an `Idempotency-Key` (SEC-11): a retry gets the outcome that was kept with the change. Every change goes
    /// through here.
    ///
    /// ```ignore
    /// let app = caller.once(async |call| services.licensing.register_app(call, command).await).await?;
    /// ```
    pub(crate) async fn once<O, E>(&self, work: impl AsyncFnOnce(&Call) -> Result<O, E>) -> Result<O, Problem>
    where
        O: Serialize + DeserializeOwned,
        E: Into<Problem>,
    {
        once::perform(&self.0, work).await
    }

    /// The language they read.
    pub(crate) fn locale(&self) -> Locale {
        self.0.locale()
    }

    /// The token of the request, which need not be one that signs in.
    pub(crate) fn bearer(&self) -> Result<&str, Problem> {
        gate::bearer(&self.0.request)
    }

    /// A header of the request, where it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.0.request.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// The addresses of the request on a host that it names itself: we cannot know whether a proxy in front of us speaks https.
    pub(crate) fn url_on(&self, host: &str) -> [String; 2] {
        let path = self.0.request.path();
        ["http", "https"].map(|scheme| format!("{scheme}://{host}{path}"))
    }

    /// The method and the address as the client knows it, for proofs that are bound to them.
    pub(crate) fn method_and_url(&self) -> (&str, String) {
        let request = &self.0.request;
        (request.method().as_str(), format!("{}{}", self.0.services.site.public_url, request.path()))
    }
}

impl Argument for Visitor {
    fn take(exchange: &Rc<Exchange>) -> Result<Self, Problem> {
        Ok(Self(Rc::clone(exchange)))
    }

    fn describe(sketch: &mut Sketch) {
        sketch.is_once = true;
    }
}

/// Whoever is signed in. A route whose access is `Public` has none.
pub(crate) struct Caller {
    signed_in: SignedIn,
    visitor: Visitor,
}

impl Caller {
    /// The account.
    pub(crate) fn account(&self) -> &Account {
        self.signed_in.account()
    }

    /// The account with its session, its token and its permissions.
    pub(crate) fn signed_in(&self) -> &SignedIn {
        &self.signed_in
    }
}

impl Deref for Caller {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl Argument for Caller {
    fn take(exchange: &Rc<Exchange>) -> Result<Self, Problem> {
        let signed_in = exchange.caller.clone().ok_or(Code::AuthRequired)?;
        Ok(Self { signed_in, visitor: Visitor::take(exchange)? })
    }

    fn describe(sketch: &mut Sketch) {
        sketch.needs_account = true;
        Visitor::describe(sketch);
    }
}
