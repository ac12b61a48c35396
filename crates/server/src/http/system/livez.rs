use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Bare;
use crate::http::problem::Problem;

#[derive(Serialize, ToSchema)]
pub(crate) struct Alive {
    status: &'static str,
}

/// Answers as long as the process can answer at all. The cheapest route, and the yardstick of the others.
pub(crate) async fn livez() -> Result<Bare<Alive>, Problem> {
    Ok(Bare(Alive { status: "ok" }))
}
