use cardkey_events::{Delivery, StoredEvent};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An event as lists show it; docs/events.md tells what stands in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventView {
    id: String,
    at: String,
    name: String,
    schema_version: u16,
    /// `{kind: "user", id, name, session_id}`, `{kind: "system", name}` or `{kind: "nobody"}`.
    actor: Value,
    request_id: String,
    data: Value,
    /// When it was handed to its handlers; null while it waits.
    delivered_at: Option<String>,
}

/// An event with what handlers failed at.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventDetailView {
    #[serde(flatten)]
    event: EventView,
    deliveries: Vec<DeliveryView>,
}

/// What a handler failed at.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    handler: String,
    /// `pending`: it is tried again at `next_at`; `dead`: it was given up then.
    state: &'static str,
    attempts: u32,
    next_at: String,
    last_error: String,
}

impl From<StoredEvent> for EventView {
    fn from(event: StoredEvent) -> Self {
        Self {
            id: event.id.to_string(),
            at: event.at.to_string(),
            name: event.name,
            schema_version: event.schema_version,
            actor: event.actor,
            request_id: event.request_id,
            data: event.data,
            delivered_at: event.delivered_at.map(|at| at.to_string()),
        }
    }
}

impl From<(StoredEvent, Vec<Delivery>)> for EventDetailView {
    fn from((event, deliveries): (StoredEvent, Vec<Delivery>)) -> Self {
        Self { event: event.into(), deliveries: deliveries.into_iter().map(DeliveryView::from).collect() }
    }
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            handler: delivery.handler,
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            next_at: delivery.next_at.to_string(),
            last_error: delivery.last_error,
        }
    }
}
