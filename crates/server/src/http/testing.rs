//! A shell without a database, for the tests of the shell itself.

use std::sync::Arc;

use actix_http::Request;
use actix_web::body::to_bytes;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::test::TestRequest;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error, test};
use async_trait::async_trait;
use cardkey_announce::{Announcements, memory as announce};
use cardkey_audit::memory::MemoryAudit;
use cardkey_audit::{AuditExports, AuditSearch, AuditStatistics, Dashboard, RefusalLog};
use cardkey_crypto::{LookupKey, MasterKey, PasswordHasher, Vault};
use cardkey_domain::{
    Ambient, Entropy, EventId, ManualClock, Password, RoleName, Secret, SeededEntropy, Timestamp, UserName,
};
use cardkey_events::memory::MemoryEvents;
use cardkey_events::{Call, EventLog, Sealer, StoreError};
use cardkey_identity::memory::MemoryStore;
use cardkey_identity::model::{PermissionSet, SessionDevice};
use cardkey_identity::{Identity, NewPassword, NewUser, Parts, Settings, SignIn};
use cardkey_licensing::{Licensing, memory as licensing};
use cardkey_persistence::Load;
use serde_json::Value;

use super::bulkhead::Bulkhead;
use super::card_keys::EXPORTS_AT_ONCE;
use super::extract::{Claims, Locale, RequestIds};
use super::services::{RefusalBudget, Services, Site};
use super::system::{Health, Looks, Report};
use super::traffic::Traffic;
use super::{routes, server, shell};
use crate::hashing::HashingPool;
use crate::metrics::Metrics;
use crate::ws::{Limits, Live, LiveParts, ProcessTickets};

/// The memory behind the shell, to look at afterwards.
pub(super) struct Memory {
    pub(super) audit: Arc<MemoryAudit>,
    pub(super) licensing: licensing::MemoryStore,
    pub(super) services: Data<Services>,
}

/// Makes a shell over empty stores.
pub(super) async fn memory() -> Memory {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_800_000_000)));
    let ambient = Ambient::new(clock, Arc::new(SeededEntropy::new(7)));
    let audit = Arc::new(MemoryAudit::default());
    let store = Arc::new(MemoryStore::new());
    let vault = Vault::new(&MasterKey::generate(ambient.entropy()), &[], Arc::new(SeededEntropy::new(8)));
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(9));
    let lookup = LookupKey::new(&Secret::new(ambient.bytes()));
    let hashing = Arc::new(HashingPool::start(&PasswordHasher::new(4).unwrap(), &entropy));
    let parts = Parts {
        store: store.clone(),
        ambient: ambient.clone(),
        vault: vault.clone(),
        lookup: lookup.clone(),
        passwords: hashing.clone(),
        settings: Settings::default(),
    };
    let identity = Identity::open(parts).await.unwrap();
    let cards = licensing::MemoryStore::new();
    let licensing = Licensing::new(Arc::new(cards.clone()), ambient.clone(), vault, lookup.clone(), "test");
    let said = Arc::new(announce::MemoryStore::new());
    let announcements = Arc::new(Announcements::new(said.clone(), ambient.clone()));
    let (identity, licensing) = (Arc::new(identity), Arc::new(licensing));
    let live = Live::open(LiveParts {
        ambient: ambient.clone(),
        identity: identity.clone(),
        licensing: licensing.clone(),
        announcements: announcements.clone(),
        store: said.clone(),
        log: said,
        tickets: Arc::new(ProcessTickets::default()),
        limits: Limits::new(20, 20),
    });
    let live = Arc::new(live.await.unwrap());
    let services = Services {
        site: Site {
            app_name: "Cardkey".into(),
            public_url: "http://localhost".into(),
            default_locale: Locale::Zh,
            trusted_proxies: Vec::new(),
            metrics_token: None,
        },
        identity,
        licensing,
        announcements,
        live,
        receipts: store.clone(),
        sealer: Arc::new(Unsealed),
        digests: lookup,
        claims: Claims::default(),
        events: EventLog::new(Arc::new(MemoryEvents::default()), ambient.clone()),
        refusals: RefusalLog::new(Arc::new(audit.clone()), ambient.clone()),
        refusal_budget: RefusalBudget::default(),
        audit: AuditSearch::new(audit.clone()),
        audit_exports: AuditExports::new(audit.clone(), Arc::new(audit.clone()), ambient.clone()),
        audit_statistics: AuditStatistics::new(audit.clone(), ambient.clone()),
        dashboard: Dashboard::new(audit.clone()),
        exports: Bulkhead::of(EXPORTS_AT_ONCE),
        health: Arc::new(Well),
        looks: Looks::default(),
        metrics: Arc::new(Metrics::new(routes::names())),
        hashing,
        sightings: Arc::default(),
        started_at: ambient.now(),
        traffic: Arc::new(Traffic::default()),
        ambient,
    };
    Memory { audit, licensing: cards, services: Data::new(services) }
}

impl Memory {
    /// The access token of a new account of a role.
    pub(super) async fn token(&self, role: &str) -> String {
        self.account(role, false).await
    }

    /// The access token of a new account that has to change its password.
    pub(super) async fn pending_token(&self) -> String {
        self.account("super_admin", true).await
    }

    async fn account(&self, role: &str, must_change_password: bool) -> String {
        let call = Call::by_system("test", "test".into());
        let password = Password::new("Correct-Horse-7".into());
        let name = format!("{role}.{}", self.services.ambient.id::<EventId>());
        let new = NewUser {
            name: UserName::parse(&name).unwrap(),
            email: None,
            password: NewPassword::Typed(password.clone()),
            roles: vec![RoleName::parse(role).unwrap()],
            must_change_password,
        };
        let identity = &self.services.identity;
        identity.create_user(&call, PermissionSet::all(), new).await.unwrap();
        let attempt = SignIn { login: name, password, device: SessionDevice::default(), location: None };
        let grant = identity.sign_in(&call, attempt).await.unwrap();
        grant.tokens.access_token
    }

    /// The real routes, and what `more` adds.
    pub(super) async fn app(
        &self,
        more: fn(&mut ServiceConfig),
    ) -> impl Service<Request, Response = ServiceResponse, Error = Error> + use<> {
        let app = App::new()
            .app_data(self.services.clone())
            .app_data(Data::new(RequestIds::new(1)))
            .wrap(from_fn(shell::surround))
            .configure(server::mount)
            .configure(more)
            .default_service(web::to(server::not_found));
        let app = std::rc::Rc::new(test::init_service(app).await);
        actix_web::dev::fn_service(move |request: Request| {
            let answered = app.call(request);
            async move { Ok::<_, Error>(answered.await?.map_into_boxed_body()) }
        })
    }
}

/// Sends a request; returns the response and its body as JSON (or `null`).
pub(super) async fn send(
    app: &impl Service<Request, Response = ServiceResponse, Error = Error>,
    request: TestRequest,
) -> (actix_web::HttpResponse<()>, Value) {
    let response = app.call(request.to_request()).await.unwrap();
    let (_, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let bytes = to_bytes(body).await.unwrap();
    (response, serde_json::from_slice(&bytes).unwrap_or_default())
}

struct Unsealed;

impl Sealer for Unsealed {
    fn seal(&self, _context: &[u8], plain: &[u8]) -> Vec<u8> {
        plain.to_vec()
    }

    fn open(&self, _context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        Some(sealed.to_vec())
    }
}

struct Well;

#[async_trait]
impl Health for Well {
    async fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn away(&self) -> Report {
        Report::away("memory", Load::default())
    }

    async fn report(&self) -> Report {
        self.away()
    }
}
