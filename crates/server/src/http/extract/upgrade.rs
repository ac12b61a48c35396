use std::rc::Rc;

use actix_web::{HttpRequest, web};

use crate::http::endpoint::Argument;
use crate::http::exchange::Exchange;
use crate::http::problem::Problem;
use crate::ws::Ward;

/// A request that is to go on as something else than HTTP, with the bytes that come after it. Only a GET has them left.
pub(crate) struct Upgrade {
    pub(crate) request: HttpRequest,
    pub(crate) payload: web::Payload,
}

impl Upgrade {
    /// Whether the request has a header, be it text or not.
    pub(crate) fn has(&self, header: &str) -> bool {
        self.request.headers().contains_key(header)
    }

    /// The ward of the thread that serves this request.
    pub(crate) fn ward(&self) -> Result<Rc<Ward>, Problem> {
        let ward = self.request.app_data::<Rc<Ward>>();
        ward.cloned().ok_or_else(|| Problem::internal("this thread has no ward for live connections"))
    }
}

impl Argument for Upgrade {
    fn take(exchange: &Rc<Exchange>) -> Result<Self, Problem> {
        let payload = exchange.payload.take().ok_or_else(|| Problem::internal("the body was read already"))?;
        Ok(Self { request: exchange.request.clone(), payload })
    }
}
