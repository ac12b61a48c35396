use actix_web::web::Data;
use cardkey_domain::BatchId;

use super::view::BatchView;
use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// Shows a batch and how far it is.
pub(crate) async fn show(services: Data<Services>, Path(id): Path<BatchId>) -> Result<Reply<BatchView>, Problem> {
    let batch = services.licensing.batch(id).await?.ok_or(Code::BatchNotFound)?;
    let names = services.account_names(batch.created_by).await?;
    Ok(Reply::ok(BatchView::of(batch, &names)))
}
