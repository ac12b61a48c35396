use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

/// How many requests are being answered, and whether new ones are still welcome. Drains by our own count, because the server's own
/// graceful stop waits for idle keep-alive connections. One order for both values (`SeqCst`): the last request to end and the one who waits
/// for it must not each miss what the other wrote.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    in_flight: AtomicUsize,
    draining: AtomicBool,
    changed: Notify,
}

/// A request being answered, until it is dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Traffic>);

impl Traffic {
    /// Counts a request in.
    pub(crate) fn enter(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(Arc::clone(self))
    }

    /// From now on connections are closed after their next answer.
    pub(crate) fn start_draining(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// Whether the process is on its way out.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// How many requests are being answered.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }

    /// Waits until no request is being answered.
    pub(crate) async fn drained(&self) {
        loop {
            let changed = self.changed.notified();
            if self.in_flight() == 0 {
                return;
            }
            changed.await;
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.0.in_flight.fetch_sub(1, Ordering::SeqCst) == 1 && self.0.is_draining() {
            self.0.changed.notify_waiters();
        }
    }
}
