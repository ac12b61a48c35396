//! The system's clock and randomness: the only place that asks for either.

use std::time::{SystemTime, UNIX_EPOCH};

use cardkey_domain::{Clock, Entropy, Timestamp};
use ring::rand::SecureRandom;
#[allow(clippy::disallowed_types, reason = "the one place that asks the system for randomness")]
use ring::rand::SystemRandom;

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[allow(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
        let now = SystemTime::now();
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::EPOCH.plus(since_epoch)
    }
}

/// The operating system's random source.
#[derive(Debug, Clone)]
#[allow(clippy::disallowed_types, reason = "the one place that asks the system for randomness")]
pub struct SystemEntropy(SystemRandom);

impl Default for SystemEntropy {
    #[allow(clippy::disallowed_types, reason = "the one place that asks the system for randomness")]
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).expect("a system without a random source cannot keep a secret");
    }
}
