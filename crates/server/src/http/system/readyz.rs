use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Bare;
use crate::http::error::Code;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    status: &'static str,
}

/// Answers 200 while the database is reachable and the process is not on its way out; 503 otherwise.
pub(crate) async fn readyz(services: Data<Services>) -> Result<Bare<Readiness>, Problem> {
    if services.traffic.is_draining() {
        return Err(Code::SystemDraining.into());
    }
    services.health.check().await?;
    Ok(Bare(Readiness { status: "ready" }))
}
