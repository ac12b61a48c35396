//! `cardkey events`: what happened, what handlers gave up, and giving it to them again.

use std::process::ExitCode;
use std::sync::Arc;

use cardkey_domain::{Ambient, Entropy, EventId, PageRequest};
use cardkey_events::{Call, Delivery, EventFilter, EventLog, ReplayError, StoreError, StoredEvent};
use cardkey_persistence::Database;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::{Value, json};

use super::arguments::EventsCommand;
use super::runtime;
use super::terminal::{complain, say, say_json};
use crate::config::Settings;
use crate::start::{StartError, SystemClock, SystemEntropy, database_url, is_new_file};

/// The longest list that is printed.
const MOST_LISTED: u32 = 10_000;

pub(super) fn events(settings: &Settings, command: &EventsCommand) -> Result<ExitCode, StartError> {
    runtime()?.block_on(async {
        let log = open(settings).await?;
        match command {
            EventsCommand::List { name, limit, json } => {
                let filter = EventFilter { name: name.clone(), ..EventFilter::default() };
                let page = log.list(&filter, PageRequest::of((*limit).clamp(1, MOST_LISTED))).await?;
                let items: Vec<Value> = page.items.iter().map(event_json).collect();
                print(*json, &items, || event_table(&page.items));
            }
            EventsCommand::Show { id, json } => return Ok(show(log.show(*id).await?, *id, *json)),
            EventsCommand::Dead { limit, json } => {
                let page = log.dead(PageRequest::of((*limit).clamp(1, MOST_LISTED))).await?;
                let items: Vec<Value> = page.items.iter().map(detail_json).collect();
                print(*json, &items, || dead_table(&page.items));
            }
            EventsCommand::Replay { id, all: _, json } => return replay(&log, *id, *json).await,
        }
        Ok(ExitCode::SUCCESS)
    })
}

async fn open(settings: &Settings) -> Result<EventLog, StartError> {
    let url = database_url(settings);
    if is_new_file(&url) {
        return Err(StoreError::Unavailable("there is no database yet; start the server first".into()).into());
    }
    let database = Database::connect(&url, 2).await.map_err(StartError::Database)?;
    database.migration_status().await?;
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::default());
    Ok(EventLog::new(Arc::new(database), Ambient::new(Arc::new(SystemClock), entropy)))
}

fn show(found: Option<(StoredEvent, Vec<Delivery>)>, id: EventId, json: bool) -> ExitCode {
    let Some(found) = found else {
        complain(&format!("there is no event {id}"));
        return ExitCode::FAILURE;
    };
    if json {
        say_json(&detail_json(&found));
        return ExitCode::SUCCESS;
    }
    let (event, deliveries) = &found;
    let mut table = plain_table();
    let delivered = event.delivered_at.map_or_else(|| "waits".to_owned(), |at| at.to_string());
    let rows = [
        ("event", event.id.to_string()),
        ("name", format!("{} (version {})", event.name, event.schema_version)),
        ("at", event.at.to_string()),
        ("actor", event.actor.to_string()),
        ("request", event.request_id.clone()),
        ("data", event.data.to_string()),
        ("handed over", delivered),
    ];
    for (name, value) in rows {
        table.add_row([name.to_owned(), value]);
    }
    say(&table.to_string());
    if !deliveries.is_empty() {
        say(&dead_table(std::slice::from_ref(&found)).to_string());
    }
    ExitCode::SUCCESS
}

/// Without an identifier every dead letter is meant: the arguments see to it that `--all` was said then.
async fn replay(log: &EventLog, id: Option<EventId>, json: bool) -> Result<ExitCode, StartError> {
    let call = Call::by_system("cli", "cardkey events replay".to_owned());
    let replayed = match id {
        None => log.replay_all(&call).await?,
        Some(id) => match log.replay(&call, id).await {
            Ok(replayed) => replayed,
            Err(ReplayError::Store(error)) => return Err(error.into()),
            Err(refused) => {
                complain(&format!("{id}: {refused}"));
                return Ok(ExitCode::FAILURE);
            }
        },
    };
    if json {
        say_json(&replayed);
    } else {
        say(&format!("{} to be handed over again, by the server that runs or by the next start.", replayed.deliveries));
    }
    Ok(ExitCode::SUCCESS)
}

fn print(json: bool, items: &[Value], table: impl FnOnce() -> Table) {
    if json {
        say_json(&items);
    } else if items.is_empty() {
        say("None.");
    } else {
        say(&table().to_string());
    }
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    table
}

fn event_table(events: &[StoredEvent]) -> Table {
    let mut table = plain_table();
    table.set_header(["EVENT", "AT", "NAME", "HANDED OVER"]);
    for event in events {
        let delivered = event.delivered_at.map_or_else(|| "waits".to_owned(), |at| at.to_string());
        table.add_row([event.id.to_string(), event.at.to_string(), event.name.clone(), delivered]);
    }
    table
}

fn dead_table(events: &[(StoredEvent, Vec<Delivery>)]) -> Table {
    let mut table = plain_table();
    table.set_header(["EVENT", "NAME", "HANDLER", "STATE", "ATTEMPTS", "LAST ERROR"]);
    for (event, deliveries) in events {
        for delivery in deliveries {
            table.add_row([
                event.id.to_string(),
                event.name.clone(),
                delivery.handler.clone(),
                delivery.state.to_string(),
                delivery.attempts.to_string(),
                delivery.last_error.clone(),
            ]);
        }
    }
    table
}

fn event_json(event: &StoredEvent) -> Value {
    json!({
        "id": event.id,
        "at": event.at,
        "name": event.name,
        "schema_version": event.schema_version,
        "actor": event.actor,
        "request_id": event.request_id,
        "data": event.data,
        "delivered_at": event.delivered_at,
    })
}

fn detail_json((event, deliveries): &(StoredEvent, Vec<Delivery>)) -> Value {
    let delivery = |delivery: &Delivery| {
        json!({
            "handler": delivery.handler,
            "state": delivery.state.as_str(),
            "attempts": delivery.attempts,
            "next_at": delivery.next_at,
            "last_error": delivery.last_error,
        })
    };
    let mut whole = event_json(event);
    whole["deliveries"] = deliveries.iter().map(delivery).collect();
    whole
}
