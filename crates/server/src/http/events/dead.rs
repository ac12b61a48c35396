use actix_web::web::Data;

use super::view::EventDetailView;
use crate::http::answer::List;
use crate::http::extract::Pages;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// Lists events that a handler gave up, newest first, each with those deliveries.
pub(crate) async fn dead(services: Data<Services>, Pages(page): Pages) -> Result<List<EventDetailView>, Problem> {
    let dead = services.events.dead(page).await?;
    Ok(List::of(&page, dead, EventDetailView::from))
}
