use std::any::Any;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};

use super::error::Code;
use super::extract::{Locale, RequestIds, drain, request_id};
use super::problem::Problem;
use super::route::Route;
use super::routes::numbered;
use super::services::Services;
use super::shell;
use crate::ws::Ward;

/// A client that has not sent its headers by then will not.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);

/// Connections that say nothing are closed after it.
const KEPT_ALIVE: Duration = Duration::from_secs(75);

/// A client that reads nothing of what it is sent is given up after this.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(60);

/// Once no request is being answered, what is still in the sockets' buffers gets this long.
const FLUSHED_WITHIN_SECONDS: u64 = 1;

/// Serves the routes on a bound socket. Nothing is served before the returned future is polled; signals are not handled here.
pub(crate) fn serve(listener: TcpListener, services: Arc<Services>, workers: usize) -> std::io::Result<Server> {
    let process = u64::from_be_bytes(services.ambient.bytes());
    let (services, ids) = (Data::from(services), Data::new(RequestIds::new(process)));
    let app = move || {
        App::new()
            .app_data(Ward::open(&services.live))
            .app_data(services.clone())
            .app_data(ids.clone())
            .wrap(from_fn(shell::surround))
            .configure(mount)
            .default_service(web::to(not_found))
    };
    let server = HttpServer::new(app)
        .workers(workers)
        .client_request_timeout(HEADERS_WITHIN)
        .keep_alive(KEPT_ALIVE)
        // What is said live must not wait until the client has acknowledged what was said before.
        .tcp_nodelay(true)
        .on_connect(|connection, _| give_up_in_time(connection))
        .shutdown_timeout(FLUSHED_WITHIN_SECONDS)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// Has the system end the connection of a client that takes nothing of what it is sent for so long: the server cannot, since it waits for
/// the client to read.
fn give_up_in_time(connection: &dyn Any) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
        let millis = u32::try_from(GIVEN_UP_AFTER.as_millis()).unwrap_or(u32::MAX);
        if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, millis) {
            tracing::debug!(%error, "a client that stops reading is not given up by the system");
        }
    }
}

/// Registers every route of the table. Fixed paths come first: they are cheap to compare, and `/a/b` must win over `/a/{id}`.
pub(super) fn mount(config: &mut ServiceConfig) {
    let mut resources: BTreeMap<(bool, String), Vec<Route>> = BTreeMap::new();
    let mut place = |path: String, route: Route| {
        resources.entry((path.contains('{'), path)).or_default().push(route);
    };
    for route in numbered() {
        place(route.plan.path.to_owned(), route);
    }
    // A resource of its own each: a resource with two paths is compared by regular expressions, however fixed they are.
    for route in numbered() {
        if let Some(rest) = route.plan.path.strip_prefix("/api/v1/auth/") {
            place(format!("/api/auth/{rest}"), route);
        }
    }
    for ((_, path), routes) in resources {
        let methods: Vec<_> = routes.iter().map(|route| route.plan.method.as_str()).collect();
        let allow = methods.join(", ").replace("GET", "GET, HEAD");
        let resource = routes.into_iter().fold(web::resource(path), |resource, route| resource.route(route.mount()));
        config.service(
            resource
                .default_service(web::to(move |request, payload| method_not_allowed(request, payload, allow.clone()))),
        );
    }
}

pub(super) async fn not_found(request: HttpRequest, payload: web::Payload, services: Data<Services>) -> HttpResponse {
    drain(payload).await;
    stray(Code::RequestNotFound, &request, &services)
}

async fn method_not_allowed(request: HttpRequest, payload: web::Payload, allow: String) -> HttpResponse {
    drain(payload).await;
    let Some(services) = request.app_data::<Data<Services>>() else { return HttpResponse::MethodNotAllowed().finish() };
    let mut response = stray(Code::RequestMethodNotAllowed, &request, services);
    if let Ok(allow) = HeaderValue::from_str(&allow) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}

/// The refusal of a request that is for no route.
fn stray(code: Code, request: &HttpRequest, services: &Services) -> HttpResponse {
    services.metrics.strayed(code.status(), code);
    let locale = Locale::of(request, services.site.default_locale);
    Problem::from(code).response(locale, &services.site.public_url, &request_id(request))
}
