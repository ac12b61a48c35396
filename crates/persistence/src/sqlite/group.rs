use std::sync::Arc;
use std::time::{Duration, Instant};

use cardkey_events::StoreError;
use tokio::sync::oneshot;

use super::desk::Errand;
use super::pinned::Pinned;
use super::step::Step;
use super::turn::Turn;
use super::writer::Line;

/// Units in one outer transaction at most.
const MOST_UNITS: usize = 256;

/// How long an outer transaction goes on taking units while others wait for their answer.
const LONGEST: Duration = Duration::from_millis(40);

/// Who waits for the outer commit.
pub(super) type Answer = oneshot::Sender<Result<(), StoreError>>;

/// An outer transaction under way, held by whoever has the connection.
pub(super) struct Group {
    pub(super) pinned: Pinned,
    pub(super) line: Arc<Line>,
    /// What the next unit starts with.
    pub(super) step: Step,
    pub(super) answers: Vec<Answer>,
    /// Whether the outbox got something.
    pub(super) announce: bool,
    opened: Instant,
}

impl Group {
    pub(super) fn new(pinned: Pinned, line: Arc<Line>) -> Self {
        Self { pinned, line, step: Step::Begin, answers: Vec::new(), announce: false, opened: Instant::now() }
    }

    /// Gives the connection to the next unit, or to the desk where there is none or enough have had it.
    pub(super) fn pass_on(mut self) {
        while !self.is_full() {
            let Some(asked) = self.line.next() else { break };
            match asked.send(Ok(Turn::of(self))) {
                Err(Ok(unseen)) => match unseen.into_group() {
                    Some(group) => self = group,
                    None => return,
                },
                Ok(()) | Err(Err(_)) => return,
            }
        }
        self.line.clone().send(Errand::Close(self));
    }

    fn is_full(&self) -> bool {
        self.answers.len() >= MOST_UNITS || self.opened.elapsed() >= LONGEST || self.line.has_lost()
    }
}
