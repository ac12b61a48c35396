use std::time::Duration;

use tokio::time::Instant;

/// A client is asked for a sign of life this often …
pub(super) const PING_EVERY: Duration = Duration::from_secs(25);
/// … and given up when it gives none for so long.
pub(super) const DEAD_AFTER: Duration = Duration::from_secs(8);

/// Whether a client is there: when it was heard last, and when it was asked last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pulse {
    heard_at: Instant,
    asked_at: Instant,
}

/// What is to be done about a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    Nothing,
    Ask,
    GiveUp,
}

impl Pulse {
    pub(super) fn since(now: Instant) -> Self {
        Self { heard_at: now, asked_at: now }
    }

    pub(super) fn heard(self, now: Instant) -> Self {
        Self { heard_at: now, ..self }
    }

    pub(super) fn asked(self, now: Instant) -> Self {
        Self { asked_at: now, ..self }
    }

    pub(super) fn beat(self, now: Instant) -> Beat {
        let waited = now.saturating_duration_since(self.asked_at);
        let is_silent = self.asked_at > self.heard_at;
        match waited {
            _ if is_silent && waited >= DEAD_AFTER => Beat::GiveUp,
            _ if !is_silent && waited >= PING_EVERY => Beat::Ask,
            _ => Beat::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // WS-03
    #[test]
    fn a_client_is_asked_every_25_seconds_and_given_up_8_seconds_later() {
        let start = Instant::now();
        let after = |seconds: u64| start + Duration::from_secs(seconds);
        let mut pulse = Pulse::since(start);
        assert_eq!(pulse.beat(after(24)), Beat::Nothing);
        for round in 1..=3 {
            assert_eq!(pulse.beat(after(25 * round)), Beat::Ask);
            pulse = pulse.asked(after(25 * round)).heard(after(25 * round + 7));
            assert_eq!(pulse.beat(after(25 * round + 8)), Beat::Nothing, "it answered in time");
        }
        pulse = pulse.asked(after(100));
        assert_eq!(pulse.beat(after(107)), Beat::Nothing);
        assert_eq!(pulse.beat(after(108)), Beat::GiveUp);
    }
}
