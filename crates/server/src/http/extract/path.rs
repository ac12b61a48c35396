use std::rc::Rc;
use std::str::FromStr;

use utoipa::PartialSchema;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};

use crate::http::endpoint::Argument;
use crate::http::exchange::Exchange;
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;
use crate::http::sketch::Sketch;

/// The `{id}` of the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: FromStr> Argument for Path<T> {
    fn take(exchange: &Rc<Exchange>) -> Result<Self, Problem> {
        let text = exchange.request.match_info().get("id").unwrap_or_default();
        text.parse().map(Self).map_err(|_| Faults::one("id", Fault::Malformed).into())
    }

    fn describe(sketch: &mut Sketch) {
        let parameter = ParameterBuilder::new()
            .name("id")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(String::schema()));
        sketch.parameters.push(parameter.build());
    }
}
