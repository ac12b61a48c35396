//! What stands on what: the one place that makes the services and hands them what they need.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use cardkey_announce::Announcements;
use cardkey_audit::{AuditExports, AuditSearch, AuditStatistics, Dashboard, RefusalLog};
use cardkey_crypto::PasswordHasher;
use cardkey_domain::{Ambient, Entropy, Secret, Timestamp};
use cardkey_events::{EventLog, OutboxQueue, StoreError};
use cardkey_identity::{self as identity, Identity, Parts, TokenSigning};
use cardkey_licensing::Licensing;
use cardkey_persistence::Database;

use super::keys::{Keys, ReplySealer};
use super::{AuditKeeper, DataDir, StartError};
use crate::config::{Settings, TokenAlgorithm};
use crate::hashing::HashingPool;
use crate::http::{
    Bulkhead, Claims, EXPORTS_AT_ONCE, Health, Looks, RefusalBudget, Report, Services, Site, Traffic, route_names,
};
use crate::memory::{GatheredSightings, LicensingMemory};
use crate::metrics::Metrics;
use crate::ws::{Limits, Live, LiveParts, ProcessTickets};

/// The services, and what the jobs need besides.
pub(super) struct Wired {
    pub(super) services: Arc<Services>,
    pub(super) sightings: Arc<GatheredSightings>,
    pub(super) memory: Arc<LicensingMemory>,
    pub(super) audit: AuditKeeper,
}

/// Makes the services over a migrated database.
pub(super) async fn wire(
    settings: &Settings,
    database: &Database,
    data_dir: &DataDir,
    keys: Keys,
    ambient: Ambient,
    entropy: &Arc<dyn Entropy>,
    public_url: String,
) -> Result<Wired, StartError> {
    let audit = AuditKeeper::new(settings, database, data_dir, &keys, &ambient);
    audit.sealer.publish_key().await?;
    let store = Arc::new(database.clone());
    let hasher = PasswordHasher::new(settings.password_cost).map_err(|error| StoreError::Backend(error.into()))?;
    let hashing = Arc::new(HashingPool::start(&hasher, entropy));
    let identity = Identity::open(Parts {
        store: store.clone(),
        ambient: ambient.clone(),
        vault: keys.vault.clone(),
        lookup: keys.lookup.clone(),
        passwords: hashing.clone(),
        settings: identity_settings(settings)?,
    });
    let (sightings, memory) = (Arc::new(GatheredSightings::default()), Arc::new(LicensingMemory::default()));
    let licensing =
        Licensing::new(store.clone(), ambient.clone(), keys.vault.clone(), keys.lookup.clone(), public_url.clone())
            .with_cache(memory.clone())
            .with_sightings(sightings.clone());
    let announcements = Arc::new(Announcements::new(store.clone(), ambient.clone()));
    let (identity, licensing) = (Arc::new(identity.await?), Arc::new(licensing));
    let live = Live::open(LiveParts {
        ambient: ambient.clone(),
        identity: identity.clone(),
        licensing: licensing.clone(),
        announcements: announcements.clone(),
        store: store.clone(),
        log: store.clone(),
        tickets: Arc::new(ProcessTickets::default()),
        limits: Limits::new(settings.ws_max_per_user, settings.ws_max_per_address),
    });
    let live = Arc::new(live.await?);
    let services = Services {
        site: Site {
            app_name: settings.app_name.clone(),
            public_url,
            default_locale: settings.default_locale,
            trusted_proxies: settings.trusted_proxies.clone().unwrap_or_default().0,
            metrics_token: settings.metrics_token.clone(),
        },
        identity,
        licensing,
        announcements,
        live,
        receipts: store.clone(),
        sealer: Arc::new(ReplySealer(keys.vault)),
        digests: keys.lookup,
        claims: Claims::default(),
        events: EventLog::new(store.clone(), ambient.clone()),
        refusals: RefusalLog::new(store.clone(), ambient.clone()),
        refusal_budget: RefusalBudget::default(),
        audit: AuditSearch::new(store.clone()),
        audit_exports: AuditExports::new(store.clone(), store.clone(), ambient.clone()),
        audit_statistics: AuditStatistics::new(store.clone(), ambient.clone()),
        dashboard: Dashboard::new(store),
        exports: Bulkhead::of(EXPORTS_AT_ONCE),
        health: Arc::new(DatabaseHealth { database: database.clone(), ambient: ambient.clone() }),
        looks: Looks::default(),
        metrics: Arc::new(Metrics::new(route_names())),
        hashing,
        sightings: sightings.clone(),
        started_at: ambient.now(),
        traffic: Arc::new(Traffic::default()),
        ambient,
    };
    Ok(Wired { services: Arc::new(services), sightings, memory, audit })
}

fn identity_settings(settings: &Settings) -> Result<identity::Settings, StartError> {
    let signing = match (settings.jwt_algorithm, &settings.jwt_secret_key) {
        (TokenAlgorithm::EdDsa, _) => TokenSigning::EdDsa,
        (TokenAlgorithm::Hs256, Some(key)) => TokenSigning::Hs256(Secret::new(key.expose().clone().into_bytes())),
        (TokenAlgorithm::Hs256, None) => return Err(StartError::NoTokenSecret),
    };
    Ok(identity::Settings {
        signing,
        access_lifetime: settings.access_token_lifetime,
        refresh_lifetime: settings.refresh_token_lifetime,
        session_lifetime: settings.session_lifetime,
        sessions_per_user: settings.session_max_per_user,
        failures_to_lock: settings.login_max_failures,
        lock_lifetime: settings.login_lock,
        ..identity::Settings::default()
    })
}

struct DatabaseHealth {
    database: Database,
    ambient: Ambient,
}

impl DatabaseHealth {
    async fn oldest_event(&self) -> Option<Timestamp> {
        self.database.undelivered(1).await.ok()?.events.first().map(|event| event.at)
    }
}

#[async_trait]
impl Health for DatabaseHealth {
    /// Whatever the reason, without its tables it serves nobody: that is a 503, not an error of ours.
    async fn check(&self) -> Result<(), StoreError> {
        self.database.ping().await.map_err(|error| StoreError::Unavailable(error.into()))
    }

    fn away(&self) -> Report {
        Report::away(self.database.kind(), self.database.load())
    }

    async fn report(&self) -> Report {
        let asked = Instant::now();
        if self.database.ping().await.is_err() {
            return self.away();
        }
        let answered_in = Some(asked.elapsed());
        let status = self.database.migration_status().await.ok();
        let oldest = self.oldest_event().await;
        Report {
            database: self.database.kind(),
            answered_in,
            migration: status.and_then(|status| status.applied.last().cloned()),
            outbox_waits: oldest.map_or(Duration::ZERO, |at| self.ambient.now().since(at)),
            backlog: self.database.backlog().await.ok(),
            load: self.database.load(),
        }
    }
}
