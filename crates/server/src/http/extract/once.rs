//! The idempotency of changes (SEC-11): one change for one `Idempotency-Key` of one caller on one route.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::http::header::HeaderValue;
use cardkey_events::{Call, Once};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::error::Code;
use crate::http::exchange::Exchange;
use crate::http::problem::Problem;

/// The keys being worked on in this process.
#[derive(Debug, Default, Clone)]
pub(crate) struct Claims(Arc<Mutex<HashSet<(String, String)>>>);

/// A key being worked on, until it is dropped.
struct Claim {
    claims: Claims,
    key: (String, String),
}

impl Claims {
    fn take(&self, once: &Once) -> Result<Claim, Problem> {
        let key = (once.scope.clone(), once.key.clone());
        if !self.lock().insert(key.clone()) {
            return Err(Code::IdempotencyInFlight.into());
        }
        Ok(Claim { claims: self.clone(), key })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<(String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.lock().remove(&self.key);
    }
}

/// Does the work, or answers what it answered before.
pub(super) async fn perform<O, E>(
    exchange: &Exchange,
    work: impl AsyncFnOnce(&Call) -> Result<O, E>,
) -> Result<O, Problem>
where
    O: Serialize + DeserializeOwned,
    E: Into<Problem>,
{
    let mut call = exchange.call();
    let Some(once) = once_of(exchange)? else { return work(&call).await.map_err(Into::into) };
    let _claim = exchange.services.claims.take(&once)?;
    if let Some(outcome) = kept(exchange, &once).await? {
        return Ok(outcome);
    }
    call.once = Some(once.clone());
    match work(&call).await.map_err(Into::into) {
        // Another node was first, between our look and our commit.
        Err(problem) if problem.code() == Code::IdempotencyInFlight => kept(exchange, &once).await?.ok_or(problem),
        outcome => outcome,
    }
}

async fn kept<O: DeserializeOwned>(exchange: &Exchange, once: &Once) -> Result<Option<O>, Problem> {
    let services = &exchange.services;
    let Some(receipt) = services.receipts.find(&once.scope, &once.key, services.ambient.now()).await? else {
        return Ok(None);
    };
    if receipt.request_digest != once.request_digest {
        return Err(Code::IdempotencyMismatch.into());
    }
    exchange.replayed.set(true);
    Ok(Some(once.outcome(&receipt)?))
}

fn once_of(exchange: &Exchange) -> Result<Option<Once>, Problem> {
    let Some(header) = exchange.request.headers().get("idempotency-key") else { return Ok(None) };
    let key = key_of(header).ok_or(Code::IdempotencyMalformedKey)?;
    let caller = exchange.caller.as_ref().map_or_else(|| "nobody".to_owned(), |caller| caller.account().id.to_string());
    let place: Vec<&str> = exchange.request.match_info().iter().map(|(_, value)| value).collect();
    Ok(Some(Once {
        scope: format!("{caller} {} {}", exchange.plan.operation, place.join(" ")),
        key: key.to_owned(),
        // Keyed, since the body of a sign-in holds a password that a plain digest would let a thief of the database search for.
        request_digest: exchange.services.digests.hash("request body", &[&exchange.body]),
        sealer: Arc::clone(&exchange.services.sealer),
    }))
}

/// 1 to 255 visible ASCII characters.
fn key_of(header: &HeaderValue) -> Option<&str> {
    let text = header.to_str().ok()?;
    ((1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
}
