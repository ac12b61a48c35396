use std::time::Duration;

use cardkey_domain::Entropy;

use super::Failure;
use crate::Error;

/// How often a call is tried, and how long is waited in between: twice as long each time, less a random part, so that programs which
/// lost their server together do not come back together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    pub(crate) tries: u32,
    pub(crate) first_pause: Duration,
}

/// A server that asks for a longer pause is left to the caller.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl Default for Backoff {
    fn default() -> Self {
        Self { tries: 3, first_pause: Duration::from_millis(250) }
    }
}

impl Backoff {
    /// How long to wait before the next try; `None` when there is no use in one, or harm.
    pub(super) fn pause(
        &self,
        tries_before: u32,
        failure: &Failure,
        repeatable: bool,
        entropy: &dyn Entropy,
    ) -> Option<Duration> {
        let wanted = match &failure.error {
            Error::Network { .. } if repeatable || !failure.arrived => None,
            // 429 and 503 say that nothing was done; of other failures that is not known.
            Error::Refused(refusal) if matches!(refusal.status, 429 | 503) => refusal.retry_after,
            // The first try is still under way: the next one may find its outcome.
            Error::Refused(refusal) if refusal.is_in_flight() => None,
            Error::Refused(refusal) if repeatable && refusal.status >= 500 => refusal.retry_after,
            _ => return None,
        };
        if tries_before + 1 >= self.tries {
            return None;
        }
        let pause = wanted.unwrap_or_else(|| self.spread(tries_before, entropy));
        (pause <= LONGEST_PAUSE).then_some(pause)
    }

    fn spread(&self, tries_before: u32, entropy: &dyn Entropy) -> Duration {
        let mut byte = [0];
        entropy.fill(&mut byte);
        let full = self.first_pause * 2_u32.pow(tries_before.min(8));
        full / 2 + full / 2 * u32::from(byte[0]) / 255
    }
}
