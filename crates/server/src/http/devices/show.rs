use actix_web::web::Data;
use cardkey_domain::DeviceId;

use super::view::DeviceDetailView;
use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// Shows a device with its bindings and those that ended.
pub(crate) async fn show(
    services: Data<Services>,
    Path(id): Path<DeviceId>,
) -> Result<Reply<DeviceDetailView>, Problem> {
    let (device, seats) = services.licensing.device(id).await?.ok_or(Code::DeviceNotFound)?;
    let names = services.account_names([device.owner_id]).await?;
    Ok(Reply::ok(DeviceDetailView::of(&device, seats, &names, services.ambient.now())))
}
