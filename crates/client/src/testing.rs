//! A licence server of a few lines for the tests of this crate, which answers as it is told.

mod authority;
mod fake_server;

pub(crate) use authority::{APP, Authority, lease_end, refuse};
pub(crate) use fake_server::{Answer, FakeServer, Seen};

use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{Ambient, ManualClock, SeededEntropy, Timestamp};
use serde_json::json;

use crate::http::Backoff;
use crate::{Client, ClientBuilder, DeviceInfo};

/// When the tests' clocks begin.
pub(crate) const NOON: i64 = 1_800_000_000;

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::from_seconds(NOON)))
}

pub(crate) fn device() -> DeviceInfo {
    DeviceInfo { cpu_id: Some("cpu".into()), motherboard_id: Some("board".into()), ..DeviceInfo::default() }
}

/// A client that does not wait between tries.
pub(crate) fn builder(server: &str, clock: &Arc<ManualClock>) -> ClientBuilder {
    let ambient = Ambient::new(Arc::<ManualClock>::clone(clock), Arc::new(SeededEntropy::new(7)));
    let mut builder = Client::builder(server, APP).device(device()).ambient(ambient);
    builder.backoff = Backoff { tries: 3, first_pause: Duration::ZERO };
    builder
}

/// Answers the calls that every flow makes, as a server with a good licence would.
pub(crate) fn usual(authority: &Authority, seen: &Seen) -> Answer {
    let path = seen.path.as_str();
    if path == "/api/v1/auth/login" || path == "/api/v1/auth/refresh" {
        return tokens("access-1", "refresh-1");
    }
    if path == "/api/v1/card-keys/activate" || path == "/api/v1/card-keys/verify" {
        return authority.answer(seen, |_| {});
    }
    if path.ends_with("/keys") {
        Answer::json(200, &json!(authority.jwks()))
    } else {
        Answer::refusal(404, "route.unknown")
    }
}

pub(crate) fn tokens(access: &str, refresh: &str) -> Answer {
    let user = json!({ "id": "u1", "username": "wang", "must_change_password": false });
    Answer::json(
        200,
        &json!({ "success": true, "access_token": access, "refresh_token": refresh, "expires_in": 7200, "data": { "user": user } }),
    )
}
