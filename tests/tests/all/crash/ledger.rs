use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use cardkey_tests::api::{Api, Person};
use serde_json::Value;

/// What the server has acknowledged, kept outside of it.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Entries>);

#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Licences by the card key that became them, with the machine.
    pub(super) activations: BTreeMap<String, (usize, Value)>,
    /// Sessions that were signed out of.
    pub(super) logouts: Vec<Person>,
    /// Card keys that were sent and not answered: either way is right.
    pub(super) unanswered: BTreeSet<String>,
}

impl Ledger {
    pub(super) fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap()
    }

    /// Moves another ledger's entries into this one.
    pub(super) fn take_from(&self, other: &Self) {
        let (mut all, mut round) = (self.entries(), other.entries());
        all.activations.append(&mut round.activations);
        all.logouts.append(&mut round.logouts);
        all.unanswered.append(&mut round.unanswered);
    }

    pub(super) fn acknowledged(&self) -> usize {
        let entries = self.entries();
        entries.activations.len() + entries.logouts.len()
    }
}

/// Everything in the ledger is true of the server: licences are good, sessions are dead, and each has its audit row, once.
pub(super) async fn check(ledger: &Ledger, admin: &Person) {
    let (activations, logouts, unanswered) = {
        let entries = ledger.entries();
        (entries.activations.clone(), entries.logouts.clone(), entries.unanswered.clone())
    };
    let audited = audited_licences(&admin.api).await;
    for (code, (machine, licence)) in &activations {
        let body = serde_json::json!({
            "license": licence["verdict"],
            "device_info": cardkey_tests::api::device(*machine),
            "nonce": "0123456789abcdef",
        });
        let checked = admin.api.nobody().post("/api/v1/card-keys/verify", &body).send().await.ok().data();
        assert_eq!(checked["code"], "VALID", "an acknowledged activation of {code} is lost");
        let id = licence["license_id"].as_str().unwrap();
        assert_eq!(audited.iter().filter(|audited| *audited == id).count(), 1, "the audit rows of {code}");
    }
    for person in &logouts {
        let status = admin.api.bearing(person.api.token()).get("/api/v1/auth/check-session").send().await.status();
        assert_eq!(status, 401, "an acknowledged sign-out is lost");
    }
    let known = activations.len();
    assert!(audited.len() >= known && audited.len() <= known + unanswered.len(), "{} rows for {known}", audited.len());
    // What was not answered is there as a whole or not at all.
    let activated =
        admin.api.get("/api/v1/card-keys").query(&[("status", "activated"), ("page_size", "1")]).send().await.ok();
    assert_eq!(activated.data()["total"], audited.len(), "activated card keys and audit rows");
    let devices = admin.api.get("/api/v1/devices").query(&[("page_size", "1")]).send().await.ok().data();
    assert_eq!(devices["total"], audited.len(), "devices and audit rows");
}

async fn audited_licences(api: &Api) -> Vec<String> {
    let mut licences = Vec::new();
    let mut cursor = None::<String>;
    loop {
        let mut query = vec![("action", "card_key.activate"), ("status", "ok"), ("page_size", "100")];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = api.get("/api/v1/audit-logs").query(&query).send().await.ok().data();
        let items = page["items"].as_array().unwrap();
        licences.extend(items.iter().map(|row| row["details"]["license_id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return licences,
        }
    }
}
