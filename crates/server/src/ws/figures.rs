use std::sync::atomic::{AtomicU64, Ordering};

use super::close::Close;

/// What the live connections of this process have done so far, for `/metrics` and `/health`.
#[derive(Debug, Default)]
pub(crate) struct LiveFigures {
    opened: AtomicU64,
    ended: AtomicU64,
    frames_sent: AtomicU64,
    frames_taken: AtomicU64,
    closed: [AtomicU64; Close::CODES.len()],
    lag_micros: AtomicU64,
}

impl LiveFigures {
    /// Connections that are open.
    pub(crate) fn open(&self) -> u64 {
        self.opened().saturating_sub(self.ended.load(Ordering::Relaxed))
    }

    /// Connections that were opened since the start.
    pub(crate) fn opened(&self) -> u64 {
        self.opened.load(Ordering::Relaxed)
    }

    /// Frames that were handed to sockets.
    pub(crate) fn frames_sent(&self) -> u64 {
        self.frames_sent.load(Ordering::Relaxed)
    }

    /// Frames that clients sent.
    pub(crate) fn frames_taken(&self) -> u64 {
        self.frames_taken.load(Ordering::Relaxed)
    }

    /// Connections that the server closed, by close code.
    pub(crate) fn closed(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
        Close::CODES.into_iter().zip(self.closed.iter().map(|count| count.load(Ordering::Relaxed)))
    }

    /// How old the newest entry of the log was when it had been handed to every connection of a thread, in microseconds.
    pub(crate) fn lag_micros(&self) -> u64 {
        self.lag_micros.load(Ordering::Relaxed)
    }

    pub(super) fn note_opened(&self) {
        self.opened.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_ended(&self, close: Option<Close>) {
        self.ended.fetch_add(1, Ordering::Relaxed);
        let place = close.and_then(|close| Close::CODES.iter().position(|code| *code == close.code()));
        if let Some(count) = place.and_then(|place| self.closed.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn note_sent(&self, frames: u64) {
        self.frames_sent.fetch_add(frames, Ordering::Relaxed);
    }

    pub(super) fn note_taken(&self) {
        self.frames_taken.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_lag(&self, lag: std::time::Duration) {
        self.lag_micros.store(u64::try_from(lag.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}
