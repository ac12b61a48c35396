use std::fmt::Write;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};

use crate::http::error::Code;
use crate::http::problem::Problem;

/// The page that the `type` of a problem document points to.
pub(crate) async fn errors() -> Result<HttpResponse, Problem> {
    let mut page = String::from(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>Errors</title><h1>Errors</h1><table>\
         <tr><th>code<th>status<th>zh-CN<th>en",
    );
    for code in Code::ALL {
        let (name, message) = (code.as_str(), code.message());
        write!(page, "<tr id=\"{name}\"><td>{name}<td>{}<td>{}<td>{}", code.status(), message.zh, message.en)
            .map_err(Problem::internal)?;
    }
    page.push_str("</table></html>");
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, html)).body(page))
}
