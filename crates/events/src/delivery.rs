use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use cardkey_domain::{Ambient, EventId, Timestamp};

/// A handler is given an event so often before it is left alone with it.
pub const MOST_ATTEMPTS: u32 = 8;

/// The first pause; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(10 * 60);

/// An event that a handler failed at. There are none where all went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The event.
    pub event_id: EventId,
    /// The handler's name.
    pub handler: String,
    /// How often it was tried since the event came, or since it was replayed.
    pub attempts: u32,
    /// When it is tried again; of a dead letter, when it was given up.
    pub next_at: Timestamp,
    /// What the handler said last.
    pub last_error: String,
    /// Whether it will be tried again.
    pub state: DeliveryState,
}

/// Where a failed delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be tried again.
    Pending,
    /// It was tried often enough: a dead letter, until somebody replays it.
    Dead,
}

impl Delivery {
    /// A handler failed, after so many attempts before this one. The pause doubles each time and is cut at random by up to half, so that
    /// what failed together does not come again together.
    #[must_use]
    pub fn failed(ambient: &Ambient, event_id: EventId, handler: &str, attempts_before: u32, error: &str) -> Self {
        let attempts = attempts_before + 1;
        let dead = attempts >= MOST_ATTEMPTS;
        let pause = if dead { Duration::ZERO } else { pause(attempts, u16::from_le_bytes(ambient.bytes())) };
        Self {
            event_id,
            handler: handler.to_owned(),
            attempts,
            next_at: ambient.now().plus(pause),
            last_error: error.chars().take(1_000).collect(),
            state: if dead { DeliveryState::Dead } else { DeliveryState::Pending },
        }
    }

    /// An event that cannot be read, so that trying again is of no use.
    #[must_use]
    pub fn unreadable(event_id: EventId, now: Timestamp, error: &str) -> Self {
        Self {
            event_id,
            handler: UNREADABLE.to_owned(),
            attempts: 1,
            next_at: now,
            last_error: error.chars().take(1_000).collect(),
            state: DeliveryState::Dead,
        }
    }
}

/// Stands in the place of a handler's name where no handler could be given the event.
pub const UNREADABLE: &str = "*";

/// The pause after so many attempts; `chance` cuts it to between a half and the whole.
fn pause(attempts: u32, chance: u16) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << (attempts - 1).min(20));
    let half = doubled.min(LONGEST_PAUSE) / 2;
    half + half * u32::from(chance) / u32::from(u16::MAX)
}

impl DeliveryState {
    /// The text in the database and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DeliveryState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Pending, Self::Dead].into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests;
