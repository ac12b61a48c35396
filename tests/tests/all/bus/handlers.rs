use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cardkey_domain::EventId;
use cardkey_events::{Event, Handler, HandlerError};

/// Counts how often it was given each event.
#[derive(Default)]
pub(super) struct Counting(Mutex<BTreeMap<EventId, (String, usize)>>);

impl Counting {
    /// How many events of a name it was given, and whether any of them twice.
    pub(super) fn seen(&self, name: &str) -> (usize, bool) {
        let seen = self.0.lock().unwrap();
        let mut counts = seen.values().filter(|(seen, _)| seen == name).map(|(_, count)| *count).collect::<Vec<_>>();
        counts.sort_unstable();
        (counts.len(), counts.last().is_some_and(|most| *most > 1))
    }
}

#[async_trait]
impl Handler for Counting {
    fn name(&self) -> &'static str {
        "test_counting"
    }

    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let mut seen = self.0.lock().unwrap();
        seen.entry(event.id).or_insert((event.happening.name().to_owned(), 0)).1 += 1;
        Ok(())
    }
}

/// What a handler does that is not well.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Illness {
    Fails,
    Panics,
    NeverEnds,
}

/// Wants one kind of event, and is ill until it is healed.
pub(super) struct Ill {
    pub(super) wants: &'static str,
    pub(super) illness: Illness,
    pub(super) healed: AtomicBool,
    pub(super) begun: AtomicBool,
    pub(super) done: Mutex<BTreeSet<EventId>>,
}

impl Ill {
    pub(super) fn with(illness: Illness, wants: &'static str) -> Arc<Self> {
        let (healed, begun) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self { wants, illness, healed, begun, done: Mutex::default() })
    }

    pub(super) fn done(&self) -> usize {
        self.done.lock().unwrap().len()
    }
}

#[async_trait]
impl Handler for Ill {
    fn name(&self) -> &'static str {
        match self.illness {
            Illness::Fails => "test_fails",
            Illness::Panics => "test_panics",
            Illness::NeverEnds => "test_never_ends",
        }
    }

    fn wants(&self, event: &Event) -> bool {
        event.happening.name() == self.wants
    }

    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        self.begun.store(true, Ordering::SeqCst);
        if !self.healed.load(Ordering::SeqCst) {
            match self.illness {
                Illness::Fails => return Err(HandlerError("the mail server is away".to_owned())),
                Illness::Panics => panic!("as it was told"),
                Illness::NeverEnds => std::future::pending::<()>().await,
            }
        }
        self.done.lock().unwrap().insert(event.id);
        Ok(())
    }
}
