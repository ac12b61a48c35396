use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cardkey_announce::Announcements;
use cardkey_audit::{AuditExports, AuditSearch, AuditStatistics, Dashboard, RefusalLog};
use cardkey_crypto::LookupKey;
use cardkey_domain::{Ambient, Secret, Timestamp, UserId};
use cardkey_events::{EventLog, ReceiptReader, Sealer, StoreError};
use cardkey_identity::Identity;
use cardkey_licensing::Licensing;
use ipnet::IpNet;

use super::bulkhead::Bulkhead;
use super::extract::{Claims, Locale};
use super::system::{Health, Looks};
use super::traffic::Traffic;
use crate::hashing::HashingPool;
use crate::memory::GatheredSightings;
use crate::metrics::Metrics;
use crate::ws::Live;

/// What handlers work with. One for the whole process; `wiring.rs` makes it.
pub(crate) struct Services {
    pub(crate) ambient: Ambient,
    pub(crate) site: Site,
    pub(crate) identity: Arc<Identity>,
    pub(crate) licensing: Arc<Licensing>,
    pub(crate) announcements: Arc<Announcements>,
    /// The live connections.
    pub(crate) live: Arc<Live>,
    pub(crate) receipts: Arc<dyn ReceiptReader>,
    pub(crate) sealer: Arc<dyn Sealer>,
    /// Makes the digests of request bodies.
    pub(crate) digests: LookupKey,
    pub(crate) claims: Claims,
    pub(crate) events: EventLog,
    pub(crate) refusals: RefusalLog,
    pub(crate) refusal_budget: RefusalBudget,
    pub(crate) audit: AuditSearch,
    pub(crate) audit_exports: AuditExports,
    pub(crate) audit_statistics: AuditStatistics,
    pub(crate) dashboard: Dashboard,
    /// Room for files that are being sent: each reads the database as fast as its reader takes it.
    pub(crate) exports: Bulkhead,
    pub(crate) health: Arc<dyn Health>,
    pub(crate) looks: Looks,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) hashing: Arc<HashingPool>,
    pub(crate) sightings: Arc<GatheredSightings>,
    pub(crate) started_at: Timestamp,
    pub(crate) traffic: Arc<Traffic>,
}

/// Where the server stands in the world.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) app_name: String,
    /// Without a slash at the end.
    pub(crate) public_url: String,
    pub(crate) default_locale: Locale,
    /// Whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// What whoever reads the metrics must show, where they are not for everybody.
    pub(crate) metrics_token: Option<Secret<String>>,
}

impl Services {
    /// The names of accounts, for those who read lists.
    pub(crate) async fn account_names(
        &self,
        users: impl IntoIterator<Item = UserId>,
    ) -> Result<HashMap<UserId, String>, StoreError> {
        let users: BTreeSet<UserId> = users.into_iter().collect();
        let users: Vec<UserId> = users.into_iter().collect();
        Ok(self.licensing.account_names(&users).await?.into_iter().collect())
    }
}

impl Site {
    /// Whether clients reach us by https.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// How many refusals of callers who are not signed in get a row of their own each second, so that strangers cannot fill the audit log.
/// The others are counted.
#[derive(Debug, Default)]
pub(crate) struct RefusalBudget {
    /// The second, and how many were spent in it: 48 and 16 bits.
    state: AtomicU64,
}

impl RefusalBudget {
    const EACH_SECOND: u64 = 200;

    /// Takes one from this second's budget; false when it is spent.
    pub(super) fn spend(&self, now: Timestamp) -> bool {
        let second = now.seconds().unsigned_abs();
        let spent = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| {
            let used = if state >> 16 == second { state & 0xFFFF } else { 0 };
            (used < Self::EACH_SECOND).then_some(second << 16 | (used + 1))
        });
        spent.is_ok()
    }
}
