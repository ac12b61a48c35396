use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cardkey_tests::api::{PASSWORD, Person, device};

use super::ledger::Ledger;

/// Numbers machines across all rounds, so that each card key is redeemed on a machine of its own.
static MACHINE: AtomicUsize = AtomicUsize::new(0);

/// Redeems card keys and signs in and out until the server is gone; writes down what was acknowledged.
pub(super) async fn drive(person: Person, codes: Arc<Vec<String>>, next: Arc<AtomicUsize>, ledger: Arc<Ledger>) {
    loop {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        let gone = if turn % 4 == 3 {
            sign_in_and_out(&person, &ledger).await
        } else {
            redeem(&person, &codes, turn, &ledger).await
        };
        if gone.is_none() {
            return;
        }
    }
}

/// `None` when no reply came.
async fn redeem(person: &Person, codes: &[String], turn: usize, ledger: &Ledger) -> Option<()> {
    let code = codes.get(turn)?;
    let machine = MACHINE.fetch_add(1, Ordering::Relaxed);
    let body = serde_json::json!({ "card_key": code, "device_info": device(machine) });
    match person.api.post("/api/v1/card-keys/activate", &body).try_send().await {
        Some(reply) => {
            let licence = reply.ok().data();
            ledger.entries().activations.insert(code.clone(), (machine, licence));
            Some(())
        }
        None => {
            ledger.entries().unanswered.insert(code.clone());
            None
        }
    }
}

async fn sign_in_and_out(person: &Person, ledger: &Ledger) -> Option<()> {
    let body = serde_json::json!({ "username": person.name, "password": PASSWORD });
    let reply = person.api.nobody().post("/api/v1/auth/login", &body).try_send().await?;
    if reply.status() == 503 {
        return Some(());
    }
    let session = person.api.person(&reply.ok());
    let reply = session.api.post("/api/v1/auth/logout", &serde_json::json!({})).try_send().await?;
    let _ = reply.ok();
    ledger.entries().logouts.push(session);
    Some(())
}
