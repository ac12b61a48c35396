use std::rc::Rc;

use cardkey_domain::PageRequest;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;

use super::query;
use crate::http::endpoint::Argument;
use crate::http::exchange::Exchange;
use crate::http::fault::Faults;
use crate::http::problem::Problem;
use crate::http::sketch::Sketch;

/// Which part of a list is wanted: `page` and `page_size`, or `cursor`.
pub(crate) struct Pages(pub(crate) PageRequest);

#[derive(Deserialize, IntoParams)]
#[allow(dead_code, reason = "utoipa reads the documentation only")]
struct Wanted {
    /// The page's number, from 1.
    #[param(minimum = 1, maximum = 100_000)]
    page: Option<u64>,
    /// Items a page, 20 unless told.
    #[param(minimum = 1, maximum = 100)]
    page_size: Option<u64>,
    /// `next_cursor` of the page before; takes precedence over `page`.
    cursor: Option<String>,
}

impl Argument for Pages {
    fn take(exchange: &Rc<Exchange>) -> Result<Self, Problem> {
        let wanted: Wanted = query::parse(exchange.request.query_string())?;
        let request = PageRequest::parse(wanted.page, wanted.page_size, wanted.cursor.as_deref());
        request.map(Self).map_err(|invalid| Faults::from(invalid).into())
    }

    fn describe(sketch: &mut Sketch) {
        sketch.parameters.extend(Wanted::into_params(|| Some(ParameterIn::Query)));
    }
}
