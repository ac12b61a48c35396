use cardkey_domain::Ambient;

use crate::{Actor, AuditEntry, Call, Deed, Event, Happening, StoreError, Transaction};

/// Writes a deed to the audit log and what happened to the outbox, in the unit of work that holds the change.
pub async fn record(
    work: &mut dyn Transaction,
    ambient: &Ambient,
    call: &Call,
    deed: Deed,
    happenings: Vec<Happening>,
) -> Result<(), StoreError> {
    work.audit_log().append(&entry(ambient, call, deed)).await?;
    for happening in happenings {
        let event = Event {
            id: ambient.id(),
            at: ambient.now(),
            actor: call.actor.clone(),
            request_id: call.request_id.clone(),
            happening,
        };
        work.outbox().append(&event).await?;
    }
    Ok(())
}

fn entry(ambient: &Ambient, call: &Call, deed: Deed) -> AuditEntry {
    let (target_kind, target_id) = deed.target.map(|(kind, id)| (kind.to_owned(), id)).unzip();
    let actor = match &call.actor {
        Actor::Nobody => "nobody".to_owned(),
        Actor::User { name, .. } => name.clone(),
        Actor::System { name } => format!("system:{name}"),
    };
    AuditEntry {
        id: ambient.id(),
        at: ambient.now(),
        user_id: call.user_id(),
        actor,
        action: deed.action.to_owned(),
        target_kind,
        target_id,
        ip: call.ip,
        user_agent: call.user_agent.clone(),
        request_id: call.request_id.clone(),
        status: deed.status,
        level: deed.level,
        code: deed.code.map(str::to_owned),
        details: serde_json::Value::Object(deed.details),
    }
}
