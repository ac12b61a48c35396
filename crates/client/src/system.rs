//! The one place of this crate that asks the computer for the time and for randomness.

use std::sync::Arc;

use cardkey_domain::{Ambient, Clock, Entropy, Timestamp};

/// The computer's clock and the operating system's random numbers.
pub(crate) fn ambient() -> Ambient {
    Ambient::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "a desktop program is the outermost layer, as the server is on its side"
    )]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::EPOCH.plus(since_epoch)
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // The source that TLS draws its keys from. Without it no connection could be made either.
        let source = rustls::crypto::ring::default_provider().secure_random;
        source.fill(bytes).expect("the operating system gives random numbers");
    }
}
