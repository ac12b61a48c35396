//! A world for the tests of the use cases: a store in memory, a clock that stands still, randomness that repeats.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use cardkey_crypto::{LookupKey, MasterKey, Vault};
use cardkey_domain::{
    Ambient, AppId, CardKeyCode, CardKeyId, ManualClock, PageRequest, Secret, SeededEntropy, SessionId, Text,
    Timestamp, UserId, Validity,
};
use cardkey_events::{Actor, Call, Happening};

use crate::memory::MemoryStore;
use crate::model::{App, AppPolicy, Batch, CardKey};
use crate::{
    Activate, ActivateError, Activated, CardKeyQuery, DeviceInfo, Licensing, Nonce, OrderBatch, RegisterApp, Verified,
    Verify, VerifyError,
};

pub(crate) const START: i64 = 1_800_000_000;

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: MemoryStore,
    pub(crate) ambient: Ambient,
    pub(crate) licensing: Licensing,
    pub(crate) customer: UserId,
    pub(crate) stranger: UserId,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(START)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(42)));
        let store = MemoryStore::new();
        let licensing = licensing(&store, &ambient, "https://licence.example");
        let (customer, stranger) = (ambient.id(), ambient.id());
        store.put_account(customer, "customer", true);
        store.put_account(stranger, "stranger", true);
        Self { clock, store, ambient, licensing, customer, stranger }
    }

    /// The same store under the same keys, served from another address.
    pub(crate) fn moved_to(&self, issuer: &str) -> Licensing {
        licensing(&self.store, &self.ambient, issuer)
    }

    pub(crate) fn call(&self, user: UserId) -> Call {
        let name = if user == self.customer { "customer" } else { "stranger" };
        let session_id: SessionId = self.ambient.id();
        Call {
            actor: Actor::User { id: user, name: name.to_owned(), session_id },
            ip: Some([203, 0, 113, 7].into()),
            user_agent: None,
            request_id: "request".to_owned(),
            once: None,
        }
    }

    pub(crate) fn operator(&self) -> Call {
        Call::by_system("operator", "request".to_owned())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ambient.now()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn app(&self, policy: AppPolicy) -> App {
        let command = RegisterApp { name: text("Trader"), description: None, contact: None, policy };
        block_on(self.licensing.register_app(&self.operator(), command)).unwrap()
    }

    pub(crate) fn batch(&self, app: AppId, count: u32, validity: Validity, max_devices: Option<u32>) -> Batch {
        block_on(self.licensing.order_batch(&self.operator(), order(app, count, validity, max_devices))).unwrap()
    }

    pub(crate) fn codes(&self, batch: &Batch) -> Vec<CardKeyCode> {
        let mut export = block_on(self.licensing.export_batch(&self.operator(), batch.id, "txt")).unwrap();
        let step = block_on(self.licensing.export_step(&mut export)).unwrap();
        step.into_iter().map(|(_, code)| code).collect()
    }

    /// A card key of an app with the usual policy.
    pub(crate) fn card_key(&self, validity: Validity) -> CardKeyCode {
        self.card_key_of(self.app(AppPolicy::default()).id, validity, None)
    }

    pub(crate) fn card_key_of(&self, app: AppId, validity: Validity, max_devices: Option<u32>) -> CardKeyCode {
        let batch = self.batch(app, 1, validity, max_devices);
        self.codes(&batch).remove(0)
    }

    pub(crate) fn id_of(&self, code: &CardKeyCode) -> CardKeyId {
        self.stored(code).id
    }

    pub(crate) fn stored(&self, code: &CardKeyCode) -> CardKey {
        let query = CardKeyQuery { q: Some(code.expose_grouped()), ..CardKeyQuery::default() };
        block_on(self.licensing.card_keys(&query, PageRequest::first())).unwrap().items.remove(0)
    }

    pub(crate) fn activate(&self, code: &CardKeyCode, device: &DeviceInfo) -> Result<Activated, ActivateError> {
        self.activate_as(self.customer, code, device)
    }

    pub(crate) fn activate_as(
        &self,
        user: UserId,
        code: &CardKeyCode,
        device: &DeviceInfo,
    ) -> Result<Activated, ActivateError> {
        block_on(self.licensing.activate(&self.call(user), activation(user, code, device)))
    }

    pub(crate) fn verify(&self, verdict: &str, device: &DeviceInfo) -> Result<Verified, VerifyError> {
        block_on(self.licensing.verify(&self.call(self.customer), verification(verdict, device)))
    }

    pub(crate) fn happenings(&self) -> Vec<Happening> {
        self.store.events().into_iter().map(|event| event.happening).collect()
    }

    pub(crate) fn deeds(&self) -> Vec<String> {
        self.store.audit_log().into_iter().map(|entry| entry.action).collect()
    }
}

fn licensing(store: &MemoryStore, ambient: &Ambient, issuer: &str) -> Licensing {
    let entropy = Arc::new(SeededEntropy::new(43));
    let vault = Vault::new(&MasterKey::generate(entropy.as_ref()), &[], entropy);
    let lookup = LookupKey::new(&Secret::new([7; 32]));
    Licensing::new(Arc::new(store.clone()), ambient.clone(), vault, lookup, issuer)
}

pub(crate) fn order(app_id: AppId, count: u32, validity: Validity, max_devices: Option<u32>) -> OrderBatch {
    OrderBatch { app_id, count, validity, max_devices, name: None, note: None, price_cents: None }
}

pub(crate) fn activation(user_id: UserId, code: &CardKeyCode, device: &DeviceInfo) -> Activate {
    let nonce = Some(Nonce::parse("first").unwrap());
    Activate { user_id, code: code.clone(), device_info: device.clone(), nonce, device_public_key: None }
}

pub(crate) fn verification(verdict: &str, device: &DeviceInfo) -> Verify {
    Verify {
        verdict: verdict.to_owned(),
        device_info: device.clone(),
        nonce: Nonce::parse("again").unwrap(),
        version: None,
        proof: None,
    }
}

/// A machine like others, told apart by its number.
pub(crate) fn device(number: u32) -> DeviceInfo {
    DeviceInfo {
        cpu_id: Some(format!("BFEBFBFF{number:08X}")),
        motherboard_id: Some(format!("PF{number:06}XQ")),
        mac_address: Some(format!("00:1A:2B:{:02X}:{:02X}:5E", number / 256 % 256, number % 256)),
        ..DeviceInfo::default()
    }
}

pub(crate) fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).unwrap()
}

/// Runs a future on this thread; other threads may wake it.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        std::thread::park();
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
