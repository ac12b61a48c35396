use std::rc::Rc;

use actix_web::guard::{self, Guard};
use actix_web::http::Method;
use actix_web::{HttpRequest, web};

use super::access::Access;
use super::endpoint::Endpoint;
use super::pipeline;
use super::sketch::Sketch;

/// Bodies are at most this long, unless a route says otherwise.
const USUAL_BODY_LIMIT: usize = 256 * 1024;

/// A row of the route table.
pub(crate) struct Route {
    pub(super) plan: Plan,
    /// Describes the handler for OpenAPI.
    pub(super) describe: fn(&mut Sketch),
    mount: Box<dyn FnOnce(Rc<Plan>) -> actix_web::Route>,
}

/// What a row states of its route.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(super) method: Method,
    /// With `{names}` for variable segments.
    pub(super) path: &'static str,
    pub(super) access: Access,
    /// `noun.verb`: the operation id in OpenAPI, and the action of the audit row when a call is refused.
    pub(super) operation: &'static str,
    /// One line for people.
    pub(super) summary: &'static str,
    pub(super) body_limit: usize,
    /// Whether a question is written to the audit log when it is answered, and so when it is refused. Changes always are.
    pub(super) is_audited: bool,
    /// Its place in the table.
    pub(super) number: usize,
}

impl Plan {
    /// Whether a call may change something.
    pub(super) fn is_mutating(&self) -> bool {
        self.method != Method::GET
    }
}

macro_rules! methods {
    ($($name:ident = $method:ident),+) => {$(
        /// A row for this method.
        pub(crate) fn $name<E, A>(path: &'static str, access: Access, operation: &'static str, endpoint: E, summary: &'static str) -> Route
        where
            E: Endpoint<A>,
            A: 'static,
        {
            Route::new(Method::$method, path, access, operation, endpoint, summary)
        }
    )+};
}

methods!(get = GET, post = POST, patch = PATCH, delete = DELETE);

impl Route {
    fn new<E: Endpoint<A>, A: 'static>(
        method: Method,
        path: &'static str,
        access: Access,
        operation: &'static str,
        endpoint: E,
        summary: &'static str,
    ) -> Self {
        let plan = Plan {
            method,
            path,
            access,
            operation,
            summary,
            body_limit: USUAL_BODY_LIMIT,
            is_audited: false,
            number: 0,
        };
        let mount = |plan: Rc<Plan>| {
            web::route().guard(methods_of(&plan)).to(move |request: HttpRequest, payload: web::Payload| {
                pipeline::answer(endpoint.clone(), Rc::clone(&plan), request, payload)
            })
        };
        Self { plan, describe: E::describe, mount: Box::new(mount) }
    }

    /// The same route, of whose questions the audit log tells.
    pub(super) fn audited(mut self) -> Self {
        self.plan.is_audited = true;
        self
    }

    /// The same at its place in the table.
    pub(super) fn at(mut self, number: usize) -> Self {
        self.plan.number = number;
        self
    }

    /// The route for actix.
    pub(super) fn mount(self) -> actix_web::Route {
        (self.mount)(Rc::new(self.plan))
    }
}

/// A GET route answers HEAD too; the body stays away (RFC 9110 section 9.3.2).
fn methods_of(plan: &Plan) -> impl Guard + use<> {
    let method = plan.method.clone();
    guard::fn_guard(move |context| {
        let asked = &context.head().method;
        *asked == method || (*asked == Method::HEAD && method == Method::GET)
    })
}
