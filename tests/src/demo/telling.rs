use std::fmt;
use std::time::{Duration, Instant};

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
    pub what: &'static str,
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

    /// Does a step. The deed gives what the story needs later, and what is told of it.
    pub(super) async fn step<T>(
        &mut self,
        who: &'static str,
        what: &'static str,
        deed: impl AsyncFnOnce() -> Result<(T, String), String>,
    ) -> Result<T, Failure> {
        let start = Instant::now();
        match deed().await {
            Ok((result, outcome)) => {
                (self.tell)(&Step { who, what, outcome, took: start.elapsed() });
                Ok(result)
            }
            Err(how) => Err(Failure { what, how }),
        }
    }
}
