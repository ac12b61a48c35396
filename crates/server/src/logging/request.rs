use std::future::Future;

use actix_web::http::header::HeaderValue;

tokio::task_local! {
    static REQUEST_ID: HeaderValue;
}

/// Lines written while the future runs carry the request's name. Cheaper than a span: nothing is formatted until a line is written.
pub(crate) fn with_request_id<F: Future>(name: HeaderValue, future: F) -> impl Future<Output = F::Output> {
    REQUEST_ID.scope(name, future)
}

/// The name of the request being answered, if one is.
pub(super) fn current() -> Option<HeaderValue> {
    REQUEST_ID.try_with(HeaderValue::clone).ok()
}
