use std::rc::Rc;

use actix_web::web::Data;

use crate::http::endpoint::Argument;
use crate::http::exchange::Exchange;
use crate::http::problem::Problem;
use crate::http::services::Services;

impl Argument for Data<Services> {
    fn take(exchange: &Rc<Exchange>) -> Result<Self, Problem> {
        Ok(exchange.services.clone())
    }
}
