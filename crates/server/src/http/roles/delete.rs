use actix_web::web::Data;
use cardkey_domain::RoleName;

use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::{Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

const DELETED: Message = Message { zh: "角色已删除", en: "The role is deleted" };

/// Deletes a role that nobody has.
pub(crate) async fn delete(
    caller: Caller,
    services: Data<Services>,
    Path(name): Path<String>,
) -> Result<Reply<()>, Problem> {
    let name = RoleName::parse(&name).map_err(|_| Code::RoleNotFound)?;
    caller.once(async |call| services.identity.delete_role(call, &name).await).await?;
    Ok(Reply::new(DELETED, ()))
}
