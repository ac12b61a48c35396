use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{Ambient, Id, ManualClock, SeededEntropy, Text, Timestamp};

/// Time and identifiers for samples: each sample is a millisecond younger than the one before, so lists have one right order.
pub(crate) struct World {
    clock: Arc<ManualClock>,
    ambient: Ambient,
}

impl World {
    pub(crate) fn new() -> Self {
        let start = Timestamp::parse("2027-01-15T08:00:00.123456Z").unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(7)));
        Self { clock, ambient }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ambient.now()
    }

    pub(crate) fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    pub(crate) fn later(&self, length: Duration) -> Timestamp {
        self.clock.advance(length);
        self.now()
    }

    pub(crate) fn id<I: Id>(&self) -> I {
        self.clock.advance(Duration::from_millis(1));
        self.ambient.id()
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        self.ambient.bytes()
    }
}

pub(crate) fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).unwrap()
}

/// As many characters as fit, of four bytes each, with everything in between that a database or a query may stumble over.
pub(crate) fn longest<const MAX: usize>() -> Text<MAX> {
    let strange = "𝄞😀'\"`;--\\%_\n\t\u{FEFF}\u{202E}é\u{301}𠮷";
    let text: String = strange.chars().chain(std::iter::repeat('😀')).take(MAX).collect();
    Text::parse(&text).unwrap()
}
