//! A shell without a database, for the tests of the shell itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_http::Request;
use actix_web::body::to_bytes;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::test::TestRequest;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error, test};
use async_trait::async_trait;
use cardkey_audit::memory::MemoryAudit;
use cardkey_audit::{AuditSearch, Dashboard, RefusalLog};
use cardkey_domain::{Ambient, Id, ManualClock, Permission, SeededEntropy, SessionId, Timestamp, UserId};
use cardkey_events::{Once, Receipt, ReceiptReader, Sealer, StoreError};
use serde_json::Value;
use uuid::Uuid;

use super::error::Code;
use super::extract::{Claims, Locale, RequestIds};
use super::gate::{Account, Gate};
use super::problem::Problem;
use super::services::{RefusalBudget, Services, Site};
use super::system::{Health, Report};
use super::traffic::Traffic;
use super::{server, shell};

/// The memory behind the shell, to look at afterwards.
pub(super) struct Memory {
    pub(super) audit: Arc<MemoryAudit>,
    pub(super) receipts: Arc<MemoryReceipts>,
    pub(super) services: Data<Services>,
}

/// Makes a shell whose tokens are `user`, `pending` (has a password to change) and the names of permissions.
pub(super) fn memory() -> Memory {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_800_000_000)));
    let ambient = Ambient::new(clock, Arc::new(SeededEntropy::new(7)));
    let audit = Arc::new(MemoryAudit::default());
    let receipts = Arc::new(MemoryReceipts::default());
    let services = Services {
        site: Site {
            app_name: "Cardkey".into(),
            public_url: "http://localhost".into(),
            default_locale: Locale::Zh,
            trusted_proxies: Vec::new(),
        },
        gate: Arc::new(NamedTokens),
        receipts: receipts.clone(),
        sealer: Arc::new(Unsealed),
        claims: Claims::default(),
        refusals: RefusalLog::new(Arc::new(audit.clone()), ambient.clone()),
        refusal_budget: RefusalBudget::default(),
        audit: AuditSearch::new(audit.clone()),
        dashboard: Dashboard::new(audit.clone()),
        health: Arc::new(Well),
        started_at: ambient.now(),
        traffic: Arc::new(Traffic::default()),
        ambient,
    };
    Memory { audit, receipts, services: Data::new(services) }
}

impl Memory {
    /// Keeps the reply to a body, as a use case does with its change.
    pub(super) fn keep_receipt(&self, scope: &str, key: &str, body: &Value, outcome: &Value) {
        let request_digest = cardkey_crypto::sha256(body.to_string().as_bytes());
        let once = Once { scope: scope.into(), key: key.into(), request_digest, sealer: Arc::new(Unsealed) };
        self.receipts.keep(once.receipt(outcome, self.services.ambient.now()).unwrap());
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

struct NamedTokens;

#[async_trait]
impl Gate for NamedTokens {
    async fn admit(&self, token: &str) -> Result<Account, Problem> {
        let permission = token.parse::<Permission>();
        if permission.is_err() && !matches!(token, "user" | "pending") {
            return Err(Code::AuthTokenInvalid.into());
        }
        Ok(Account {
            id: UserId::from_uuid(Uuid::from_u128(7)),
            name: token.into(),
            session_id: SessionId::from_uuid(Uuid::from_u128(8)),
            permissions: Arc::new(permission.into_iter().collect()),
            must_change_password: token == "pending",
        })
    }
}

#[derive(Default)]
pub(super) struct MemoryReceipts(Mutex<BTreeMap<(String, String), Receipt>>);

impl MemoryReceipts {
    pub(super) fn keep(&self, receipt: Receipt) {
        self.0.lock().unwrap().insert((receipt.scope.clone(), receipt.key.clone()), receipt);
    }
}

#[async_trait]
impl ReceiptReader for MemoryReceipts {
    async fn find(&self, scope: &str, key: &str, _now: Timestamp) -> Result<Option<Receipt>, StoreError> {
        Ok(self.0.lock().unwrap().get(&(scope.to_owned(), key.to_owned())).cloned())
    }

    async fn forget(&self, _now: Timestamp) -> Result<u64, StoreError> {
        Ok(0)
    }
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

    async fn report(&self) -> Report {
        Report { database: "memory", answered_in: None, migration: None, outbox_backlog: None }
    }
}
