use std::any::Any;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures::FutureExt;

/// One step of the story, done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Who did it.
    pub who: &'static str,
    /// What.
    pub what: &'static str,
    /// What came of it.
    pub outcome: String,
    /// How long it took.
    pub took: Duration,
}

/// The story did not go as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which step went wrong.
    pub what: String,
    /// How.
    pub how: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.how)
    }
}

impl std::error::Error for Failure {}

/// Times each step and tells of it.
pub(super) struct Narrator<'a> {
    tell: &'a mut dyn FnMut(&Step),
}

impl<'a> Narrator<'a> {
    pub(super) fn new(tell: &'a mut dyn FnMut(&Step)) -> Self {
        Self { tell }
    }

    /// Does a step. The deed gives what the story needs later, and what is told of it, or panics, as everything in tests does.
    pub(super) async fn step<T>(
        &mut self,
        who: &'static str,
        what: &'static str,
        deed: impl AsyncFnOnce() -> (T, String),
    ) -> Result<T, Failure> {
        let start = Instant::now();
        match AssertUnwindSafe(deed()).catch_unwind().await {
            Ok((result, outcome)) => {
                (self.tell)(&Step { who, what, outcome, took: start.elapsed() });
                Ok(result)
            }
            Err(panic) => Err(Failure { what: format!("{who} {what}"), how: message(panic.as_ref()) }),
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}
