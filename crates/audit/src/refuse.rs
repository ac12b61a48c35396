use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cardkey_domain::{Ambient, Timestamp};
use cardkey_events::{Auditable, Call, Deed, Fact, StoreError, record};

use crate::AuditStore;

/// Writes down calls that were refused before they changed anything (AUD-01): each in a row of its own, or, where they are too many or
/// the store is away, counted and summed up in one row later.
#[derive(Clone)]
pub struct RefusalLog {
    store: Arc<dyn AuditStore>,
    ambient: Ambient,
    counted: Arc<Mutex<Counted>>,
}

/// Refusals without a row. There are only so many operations and codes, so this stays small however many calls come.
#[derive(Default)]
struct Counted {
    since: Option<Timestamp>,
    calls: BTreeMap<(&'static str, &'static str), u64>,
}

impl RefusalLog {
    /// The action, and the code, of rows that sum up.
    pub const SUM: (&'static str, &'static str) = ("audit_log.sum_up", "audit_log.not_singly");

    /// Writes through a store.
    pub fn new(store: Arc<dyn AuditStore>, ambient: Ambient) -> Self {
        Self { store, ambient, counted: Arc::default() }
    }

    /// Keeps one row; durable when this returns.
    pub async fn keep(&self, call: &Call, deed: Deed) -> Result<(), StoreError> {
        let mut work = self.store.begin().await?;
        record(work.as_mut(), &self.ambient, call, deed, Vec::new()).await?;
        work.commit().await
    }

    /// Counts a refused call that gets no row of its own.
    pub fn count(&self, operation: &'static str, code: &'static str) {
        self.add(self.ambient.now(), [((operation, code), 1)]);
    }

    /// Writes one row for all calls that were counted since the last one; tells how many they were. What cannot be written stays counted.
    pub async fn sum_up(&self, call: &Call) -> Result<u64, StoreError> {
        let Counted { since: Some(since), calls } = mem::take(&mut *self.counted()) else { return Ok(0) };
        let total = calls.values().sum();
        let (action, code) = Self::SUM;
        let one = |(&(operation, code), count): (&(&'static str, &'static str), &u64)| {
            Fact::fields([("operation", operation.fact()), ("code", code.fact()), ("count", count.fact())])
        };
        let refused: Vec<Fact> = calls.iter().map(one).collect();
        let deed = Deed::refused(action, code).with("count", total).with("since", since).with("calls", refused);
        let kept = self.keep(call, deed).await;
        if kept.is_err() {
            self.add(since, calls);
        }
        kept.map(|()| total)
    }

    fn add(&self, since: Timestamp, calls: impl IntoIterator<Item = ((&'static str, &'static str), u64)>) {
        let mut counted = self.counted();
        counted.since = Some(counted.since.map_or(since, |before| before.min(since)));
        for (call, count) in calls {
            *counted.calls.entry(call).or_default() += count;
        }
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
