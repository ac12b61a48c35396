use actix_web::web::Data;
use cardkey_domain::BatchId;

use super::view::BatchView;
use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

const CANCELLED: Message = Message { zh: "批次已停止", en: "The batch is stopped" };

/// Stops a running batch; what stands, stands.
pub(crate) async fn cancel(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<BatchId>,
) -> Result<Reply<BatchView>, Problem> {
    let batch = caller.once(async |call| services.licensing.cancel_batch(call, id).await).await?;
    let names = services.account_names(batch.created_by).await?;
    Ok(Reply::new(CANCELLED, BatchView::of(batch, &names)))
}
