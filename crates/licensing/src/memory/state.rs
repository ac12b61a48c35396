use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cardkey_domain::{
    AppId, BatchId, BlacklistId, CardKeyId, DeviceId, LicenceId, SeatId, SigningKeyId, Timestamp, UserId,
};
use cardkey_events::{AuditEntry, Event, Receipt};

use crate::model::{App, Batch, BlacklistEntry, CardKey, Device, Licence, Seat, SigningKeyRecord};

/// All tables. A copy shares them; a table is copied when it is first written to.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) accounts: Arc<BTreeMap<UserId, Account>>,
    pub(super) apps: Arc<BTreeMap<AppId, App>>,
    pub(super) signing_keys: Arc<BTreeMap<SigningKeyId, SigningKeyRecord>>,
    pub(super) batches: Arc<BTreeMap<BatchId, Batch>>,
    pub(super) card_keys: Arc<BTreeMap<CardKeyId, CardKey>>,
    pub(super) codes: Arc<BTreeMap<[u8; 32], CardKeyId>>,
    pub(super) licences: Arc<BTreeMap<LicenceId, Licence>>,
    pub(super) seats: Arc<BTreeMap<SeatId, Seat>>,
    pub(super) own_unbinds: Arc<Vec<(LicenceId, Timestamp)>>,
    pub(super) devices: Arc<BTreeMap<DeviceId, Device>>,
    pub(super) trials: Arc<BTreeSet<(AppId, DeviceId)>>,
    pub(super) blacklist: Arc<BTreeMap<BlacklistId, BlacklistEntry>>,
    pub(super) events: Arc<Vec<Event>>,
    pub(super) audit: Arc<Vec<AuditEntry>>,
    pub(super) receipts: Arc<BTreeMap<(String, String), Receipt>>,
}

/// An account, as far as licensing looks at it.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) active: bool,
}

impl State {
    pub(super) fn bound_seats(&self, licence: LicenceId) -> Vec<Seat> {
        let bound = |seat: &&Seat| seat.licence_id == licence && seat.unbound_at.is_none();
        let mut seats: Vec<Seat> = self.seats.values().filter(bound).cloned().collect();
        seats.sort_by_key(|seat| seat.number);
        seats
    }

    pub(super) fn card_key_of(&self, licence: &Licence) -> Option<&CardKey> {
        self.card_keys.get(&licence.card_key_id)
    }
}
