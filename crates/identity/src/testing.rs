//! A whole identity over a store in memory, with a clock that is moved by hand and passwords that cost nothing.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cardkey_crypto::{LookupKey, MasterKey, Vault, Verification};
use cardkey_domain::{
    Ambient, Email, ManualClock, Password, RoleName, Secret, SeededEntropy, Timestamp, UserId, UserName,
};
use cardkey_events::{Actor, Call, Happening};
use futures::executor::block_on;

use crate::memory::MemoryStore;
use crate::model::{PermissionSet, SessionDevice, User};
use crate::{
    Account, Busy, Caller, Grant, HashingPlace, Identity, NewPassword, NewUser, NotSignedIn, Parts, PasswordWorker,
    Reader, Settings, SignIn, SignInError, Store,
};

pub(crate) const PASSWORD: &str = "Correct-horse-1";
pub(crate) const OTHER_PASSWORD: &str = "Battery-staple-2";
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) passwords: Arc<FakePasswords>,
    pub(crate) settings: Settings,
    pub(crate) identity: Identity,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(choose: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::default();
        choose(&mut settings);
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_900_000_000)));
        let store = Arc::new(MemoryStore::new());
        let passwords = Arc::new(FakePasswords::default());
        let identity = block_on(Identity::open(parts(&clock, &store, &passwords, &settings, 1))).unwrap();
        Self { clock, store, passwords, settings, identity }
    }

    /// Another process on the same store.
    pub(crate) fn another_node(&self) -> Identity {
        block_on(Identity::open(parts(&self.clock, &self.store, &self.passwords, &self.settings, 2))).unwrap()
    }

    pub(crate) fn advance(&self, length: Duration) {
        self.clock.advance(length);
    }

    pub(crate) fn now(&self) -> Timestamp {
        cardkey_domain::Clock::now(self.clock.as_ref())
    }

    /// An account with [`PASSWORD`].
    pub(crate) fn user(&self, name: &str, roles: &[&str]) -> Account {
        self.clock.advance(Duration::from_micros(1));
        let new = new_user(name, roles);
        block_on(self.identity.create_user(&call(), PermissionSet::all(), new)).unwrap()
    }

    pub(crate) fn sign_in(&self, login: &str, device: Option<&str>) -> Grant {
        self.try_sign_in(login, PASSWORD, device).unwrap()
    }

    pub(crate) fn try_sign_in(&self, login: &str, password: &str, device: Option<&str>) -> Result<Grant, SignInError> {
        self.clock.advance(Duration::from_micros(1));
        block_on(self.identity.sign_in(&call(), attempt(login, password, device)))
    }

    pub(crate) fn enter(&self, grant: &Grant) -> Caller {
        self.try_enter(grant).unwrap()
    }

    pub(crate) fn try_enter(&self, grant: &Grant) -> Result<Caller, NotSignedIn> {
        enter(&self.identity, grant)
    }

    pub(crate) fn stored_user(&self, id: UserId) -> User {
        block_on(Reader::user(self.store.as_ref(), id)).unwrap().unwrap()
    }

    pub(crate) fn happenings(&self) -> Vec<Happening> {
        self.store.events().into_iter().map(|event| event.happening).collect()
    }

    /// `action status code` of every audit row.
    pub(crate) fn deeds(&self) -> Vec<String> {
        let row =
            |row: cardkey_events::AuditEntry| format!("{} {} {}", row.action, row.status, row.code.unwrap_or_default());
        self.store.audit_rows().into_iter().map(|entry| row(entry).trim_end().to_owned()).collect()
    }
}

fn parts(
    clock: &Arc<ManualClock>,
    store: &Arc<MemoryStore>,
    passwords: &Arc<FakePasswords>,
    settings: &Settings,
    seed: u64,
) -> Parts {
    let entropy = Arc::new(SeededEntropy::new(seed));
    let master = MasterKey::generate(&SeededEntropy::new(7));
    Parts {
        store: Arc::clone(store) as Arc<dyn Store>,
        ambient: Ambient::new(Arc::clone(clock) as Arc<dyn cardkey_domain::Clock>, entropy.clone()),
        vault: Vault::new(&master, &[], entropy),
        lookup: LookupKey::new(&Secret::new([9; 32])),
        passwords: Arc::clone(passwords) as Arc<dyn PasswordWorker>,
        settings: settings.clone(),
    }
}

pub(crate) fn enter(identity: &Identity, grant: &Grant) -> Result<Caller, NotSignedIn> {
    block_on(identity.authenticate(&grant.tokens.access_token, Some(address())))
}

pub(crate) fn address() -> IpAddr {
    "203.0.113.7".parse().unwrap()
}

/// A call by nobody.
pub(crate) fn call() -> Call {
    let (actor, request_id) = (Actor::Nobody, "request".to_owned());
    Call { actor, ip: Some(address()), user_agent: Some("test".to_owned()), request_id, once: None }
}

pub(crate) fn call_of(caller: &Caller) -> Call {
    Call { actor: caller.actor(), ..call() }
}

pub(crate) fn new_user(name: &str, roles: &[&str]) -> NewUser {
    NewUser {
        name: UserName::parse(name).unwrap(),
        email: Some(Email::parse(&format!("{name}@example.com")).unwrap()),
        password: NewPassword::Typed(password(PASSWORD)),
        roles: roles.iter().map(|role| RoleName::parse(role).unwrap()).collect(),
        must_change_password: false,
    }
}

pub(crate) fn attempt(login: &str, password_text: &str, device: Option<&str>) -> SignIn {
    SignIn {
        login: login.to_owned(),
        password: password(password_text),
        device: SessionDevice { id: device.map(str::to_owned), ..SessionDevice::default() },
        location: None,
    }
}

pub(crate) fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

/// Hashes `x` as `new:x`; `old:x` matches too and asks to be replaced.
#[derive(Default)]
pub(crate) struct FakePasswords {
    pub(crate) verified: AtomicUsize,
    pub(crate) full: std::sync::atomic::AtomicBool,
}

#[async_trait]
impl PasswordWorker for FakePasswords {
    async fn admit(&self) -> Result<Box<dyn HashingPlace>, Busy> {
        if self.full.load(Ordering::SeqCst) {
            return Err(Busy { retry_after: Duration::from_secs(2) });
        }
        self.verified.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(FakePlace))
    }
}

struct FakePlace;

#[async_trait]
impl HashingPlace for FakePlace {
    async fn hash(&mut self, password: &Password) -> Result<Secret<String>, Busy> {
        Ok(Secret::new(format!("new:{}", password.expose())))
    }

    async fn verify(&mut self, password: &Password, stored: Option<&Secret<String>>) -> Result<Verification, Busy> {
        // Others get a chance to run, as they do while a real password is hashed.
        let mut yielded = false;
        futures::future::poll_fn(|context| {
            if yielded {
                return std::task::Poll::Ready(());
            }
            yielded = true;
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
        let stored = stored.map_or("", |hash| hash.expose().as_str());
        let old = stored == format!("old:{}", password.expose());
        Ok(Verification { matches: old || stored == format!("new:{}", password.expose()), upgrade: old })
    }
}
