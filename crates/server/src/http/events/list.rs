use actix_web::web::Data;
use cardkey_domain::{Text, Timestamp};
use cardkey_events::EventFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::EventView;
use crate::http::answer::List;
use crate::http::extract::{Pages, Query};
use crate::http::fault::Faults;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct EventQuery {
    /// Of this name, as `card_key.activated`.
    name: Option<String>,
    /// At this time or later (RFC 3339).
    from: Option<String>,
    /// Before this time (RFC 3339).
    to: Option<String>,
}

/// Lists events, newest first. They are counted up to 10,000.
pub(crate) async fn list(
    services: Data<Services>,
    Query(query): Query<EventQuery>,
    Pages(page): Pages,
) -> Result<List<EventView>, Problem> {
    let filter = query.parse()?;
    let events = services.events.list(&filter, page).await?;
    Ok(List::of(&page, events, EventView::from))
}

impl EventQuery {
    fn parse(self) -> Result<EventFilter, Problem> {
        let mut faults = Faults::default();
        let name = faults.take("name", Text::<64>::parse_optional(self.name.as_deref()));
        let from = self.from.map(|from| faults.take("from", Timestamp::parse(&from)));
        let to = self.to.map(|to| faults.take("to", Timestamp::parse(&to)));
        faults.finish(|| {
            let name = name?.map(|name| name.as_str().to_owned());
            Some(EventFilter { name, from: from.flatten(), to: to.flatten() })
        })
    }
}
