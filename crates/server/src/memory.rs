//! What licensing remembers for a moment, and the sightings of devices that are written down together.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cardkey_domain::{AppId, DeviceId, LicenceId};
use cardkey_events::{Call, StoreError};
use cardkey_licensing::model::App;
use cardkey_licensing::{Blacklist, Cache, Keyring, LicenceStanding, Licensing, Sighting, Sightings};
use moka::sync::Cache as Moka;

/// The bound on what another node's change takes to be felt here.
const KEPT_FOR: Duration = Duration::from_secs(1);

/// After a change nothing is kept about its subject for so long: a read that began before it may still be under way.
const DISTRUSTED_FOR: Duration = Duration::from_secs(2);

const MOST_APPS: u64 = 1_000;
const MOST_STANDINGS: u64 = 50_000;

/// Remembers for a second at most. While a change is fresh nothing is remembered about its subject, and what was remembered before it is
/// out of date by the time the change is not fresh any more.
pub(crate) struct LicensingMemory {
    apps: Moka<AppId, Arc<App>>,
    keyrings: Moka<AppId, Arc<Keyring>>,
    standings: Moka<(LicenceId, DeviceId), Arc<LicenceStanding>>,
    blacklist: Moka<(), Arc<Blacklist>>,
    changed_apps: Moka<AppId, ()>,
    changed_licences: Moka<LicenceId, ()>,
    changed_blacklist: Moka<(), ()>,
    changed_accounts: Moka<(), ()>,
}

fn memory<K, V>(most: u64, kept: Duration) -> Moka<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Moka::builder().max_capacity(most).time_to_live(kept).build()
}

impl Default for LicensingMemory {
    fn default() -> Self {
        Self {
            apps: memory(MOST_APPS, KEPT_FOR),
            keyrings: memory(MOST_APPS, KEPT_FOR),
            standings: memory(MOST_STANDINGS, KEPT_FOR),
            blacklist: memory(1, KEPT_FOR),
            changed_apps: memory(u64::MAX, DISTRUSTED_FOR),
            changed_licences: memory(u64::MAX, DISTRUSTED_FOR),
            changed_blacklist: memory(u64::MAX, DISTRUSTED_FOR),
            changed_accounts: memory(u64::MAX, DISTRUSTED_FOR),
        }
    }
}

impl LicensingMemory {
    /// An account changed: any standing may rest on it.
    pub(crate) fn forget_accounts(&self) {
        self.changed_accounts.insert((), ());
    }

    fn is_settled(&self, standing: &LicenceStanding) -> bool {
        !self.changed_licences.contains_key(&standing.licence.id)
            && !self.changed_apps.contains_key(&standing.app.id)
            && !self.changed_accounts.contains_key(&())
    }
}

impl Cache for LicensingMemory {
    fn app(&self, id: AppId) -> Option<Arc<App>> {
        self.apps.get(&id).filter(|_| !self.changed_apps.contains_key(&id))
    }

    fn keep_app(&self, app: Arc<App>) {
        if !self.changed_apps.contains_key(&app.id) {
            self.apps.insert(app.id, app);
        }
    }

    fn keyring(&self, app: AppId) -> Option<Arc<Keyring>> {
        self.keyrings.get(&app).filter(|_| !self.changed_apps.contains_key(&app))
    }

    fn keep_keyring(&self, app: AppId, keyring: Arc<Keyring>) {
        if !self.changed_apps.contains_key(&app) {
            self.keyrings.insert(app, keyring);
        }
    }

    fn standing(&self, licence: LicenceId, device: DeviceId) -> Option<Arc<LicenceStanding>> {
        self.standings.get(&(licence, device)).filter(|standing| self.is_settled(standing))
    }

    fn keep_standing(&self, standing: Arc<LicenceStanding>) {
        if self.is_settled(&standing) {
            self.standings.insert((standing.licence.id, standing.device.id), standing);
        }
    }

    fn blacklist(&self) -> Option<Arc<Blacklist>> {
        self.blacklist.get(&()).filter(|_| !self.changed_blacklist.contains_key(&()))
    }

    fn keep_blacklist(&self, blacklist: Arc<Blacklist>) {
        if !self.changed_blacklist.contains_key(&()) {
            self.blacklist.insert((), blacklist);
        }
    }

    fn forget_app(&self, id: AppId) {
        self.changed_apps.insert(id, ());
    }

    fn forget_licence(&self, id: LicenceId) {
        self.changed_licences.insert(id, ());
    }

    fn forget_blacklist(&self) {
        self.changed_blacklist.insert((), ());
    }
}

/// The sightings of devices, collected here and written down together every few seconds (DEV-04).
#[derive(Default)]
pub(crate) struct GatheredSightings {
    waiting: Mutex<HashMap<DeviceId, Sighting>>,
    /// Whoever writes down what was gathered holds it, so that who comes next knows that it is written.
    writing: tokio::sync::Mutex<()>,
}

impl Sightings for GatheredSightings {
    fn note(&self, sighting: Sighting) {
        match self.waiting.lock().unwrap_or_else(PoisonError::into_inner).entry(sighting.device) {
            Entry::Vacant(place) => {
                place.insert(sighting);
            }
            Entry::Occupied(mut place) => place.get_mut().follow(sighting),
        }
    }
}

impl GatheredSightings {
    /// How many devices' sightings wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Writes down what was gathered; on failure it is gathered again. Afterwards everything that was gathered before the call is written.
    pub(crate) async fn flush(&self, licensing: &Licensing, call: &Call) -> Result<(), StoreError> {
        let _alone = self.writing.lock().await;
        let gathered = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if gathered.is_empty() {
            return Ok(());
        }
        let gathered: Vec<Sighting> = gathered.into_values().collect();
        let written = licensing.note_sightings(call, &gathered).await;
        if written.is_err() {
            gathered.into_iter().for_each(|sighting| self.note(sighting));
        }
        written
    }
}
