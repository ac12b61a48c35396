use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A kind of work of which only so much is done at once, and for which nobody queues: whoever finds it full is told when to come again.
#[derive(Debug, Clone)]
pub(crate) struct Bulkhead(Arc<Semaphore>);

/// Room for one piece of work, until it is dropped.
#[derive(Debug)]
pub(crate) struct Room(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Bulkhead {
    /// Room for so many.
    pub(crate) fn of(rooms: usize) -> Self {
        Self(Arc::new(Semaphore::new(rooms)))
    }

    /// Takes a room, if one is free.
    pub(crate) fn enter(&self) -> Option<Room> {
        Arc::clone(&self.0).try_acquire_owned().ok().map(Room)
    }
}
