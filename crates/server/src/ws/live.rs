use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cardkey_announce::{Announcements, Epoch, LiveReader, Seq, Store};
use cardkey_domain::Ambient;
use cardkey_events::StoreError;
use cardkey_identity::Identity;
use cardkey_licensing::Licensing;
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};

use super::entry::Entry;
use super::figures::LiveFigures;
use super::limits::Limits;
use super::suspects::Suspects;
use super::tickets::Tickets;
use super::ward::Notice;

/// Clients for whom the log is read at the same time; others wait for their turn.
const LOG_READERS: usize = 16;
/// Clients that are let in at the same time; others wait for their turn, so long.
const AT_THE_DOOR: usize = 32;
const WAITS_AT_THE_DOOR: Duration = Duration::from_secs(5);
/// Clients that are told to come back do so at this rate, if they do as they are told.
const BACK_EACH_SECOND: u64 = 500;
/// The shortest and the longest time over which they are spread, in milliseconds.
const SPREAD_OVER: std::ops::RangeInclusive<u64> = 2_000..=60_000;
/// Nobody comes back before this, in milliseconds.
const NOT_BEFORE: u64 = 500;

/// The live connections of this process.
pub(crate) struct Live {
    pub(crate) announcements: Arc<Announcements>,
    pub(crate) tickets: Arc<dyn Tickets>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) figures: LiveFigures,
    pub(super) ambient: Ambient,
    pub(super) identity: Arc<Identity>,
    pub(super) licensing: Arc<Licensing>,
    pub(super) store: Arc<dyn Store>,
    pub(super) log: Arc<dyn LiveReader>,
    pub(super) log_readers: Semaphore,
    door: Semaphore,
    pub(super) epoch: Epoch,
    wards: Mutex<Wards>,
    is_ending: AtomicBool,
}

/// What the live connections stand on.
pub(crate) struct LiveParts {
    pub(crate) ambient: Ambient,
    pub(crate) identity: Arc<Identity>,
    pub(crate) licensing: Arc<Licensing>,
    pub(crate) announcements: Arc<Announcements>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) log: Arc<dyn LiveReader>,
    pub(crate) tickets: Arc<dyn Tickets>,
    pub(crate) limits: Limits,
}

/// The wards, and up to where the log was handed to each of them.
struct Wards {
    position: Seq,
    notices: Vec<mpsc::UnboundedSender<Notice>>,
}

impl Live {
    /// Finds the end of the log; what comes after it is handed out.
    pub(crate) async fn open(parts: LiveParts) -> Result<Self, StoreError> {
        let head = parts.log.head().await?;
        Ok(Self {
            announcements: parts.announcements,
            tickets: parts.tickets,
            limits: Arc::new(parts.limits),
            figures: LiveFigures::default(),
            ambient: parts.ambient,
            identity: parts.identity,
            licensing: parts.licensing,
            store: parts.store,
            log: parts.log,
            log_readers: Semaphore::new(LOG_READERS),
            door: Semaphore::new(AT_THE_DOOR),
            epoch: head.epoch,
            wards: Mutex::new(Wards { position: head.seq, notices: Vec::new() }),
            is_ending: AtomicBool::new(false),
        })
    }

    /// Some connections may have lost what let them in, or belong to other apps or groups.
    pub(crate) fn doubt(&self, suspects: &Suspects) {
        if self.figures.open() > 0 {
            self.lock().tell(&Notice::Doubt(suspects.clone()));
        }
    }

    /// A turn to be let in, so that a whole building that comes back at once takes the database from nobody; `None` when it took too long.
    pub(crate) async fn turn_at_the_door(&self) -> Option<SemaphorePermit<'_>> {
        tokio::time::timeout(WAITS_AT_THE_DOOR, self.door.acquire()).await.ok()?.ok()
    }

    /// Whether connections are sent away.
    pub(super) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Acquire)
    }

    /// Closes every connection with a hint when to come back, and waits until they are gone, at most so long. Nothing is lost: whoever
    /// comes back resumes from what the log holds.
    pub(crate) async fn end(&self, within: Duration) {
        self.is_ending.store(true, Ordering::Release);
        self.lock().tell(&Notice::GoAway);
        if tokio::time::timeout(within, self.limits.emptied()).await.is_err() {
            tracing::warn!(open = self.limits.count(), "stopping although clients hold on to their connections");
        }
    }

    /// When a client is to come back, in milliseconds: at random, so that not all come at once.
    pub(super) fn retry_hint(&self) -> u64 {
        let all_back_in = self.limits.count() as u64 * 1_000 / BACK_EACH_SECOND;
        let spread = all_back_in.clamp(*SPREAD_OVER.start(), *SPREAD_OVER.end());
        NOT_BEFORE + u64::from_be_bytes(self.ambient.bytes()) % spread
    }

    /// Adds a ward: it is handed what comes after the number returned.
    pub(super) fn enlist(&self) -> (Seq, mpsc::UnboundedReceiver<Notice>) {
        let (sender, notices) = mpsc::unbounded_channel();
        let mut wards = self.lock();
        wards.notices.push(sender);
        (wards.position, notices)
    }

    /// Up to where the log was handed out.
    pub(super) fn position(&self) -> Seq {
        self.lock().position
    }

    /// Hands entries out, in order.
    pub(super) fn hand_out(&self, entries: Arc<[Arc<Entry>]>) {
        let Some(last) = entries.last() else { return };
        let mut wards = self.lock();
        wards.position = last.seq;
        wards.tell(&Notice::Entries(entries));
    }

    fn lock(&self) -> MutexGuard<'_, Wards> {
        self.wards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wards {
    /// Wards whose thread has ended are forgotten.
    fn tell(&mut self, notice: &Notice) {
        self.notices.retain(|ward| ward.send(notice.clone()).is_ok());
    }
}
