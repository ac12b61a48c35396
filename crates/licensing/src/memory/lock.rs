use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// A lock that is waited for without blocking the thread, and without a runtime.
#[derive(Clone, Default)]
pub(super) struct Lock(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    held: bool,
    wakers: VecDeque<Waker>,
}

impl Lock {
    /// Waits for the lock.
    pub(super) fn acquire(&self) -> Acquire {
        Acquire(self.clone())
    }

    fn with<R>(&self, act: impl FnOnce(&mut Waiting) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) struct Acquire(Lock);

impl Future for Acquire {
    type Output = Held;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Held> {
        self.0.with(|waiting| {
            if waiting.held {
                waiting.wakers.push_back(context.waker().clone());
                return Poll::Pending;
            }
            waiting.held = true;
            Poll::Ready(Held(self.0.clone()))
        })
    }
}

/// The lock while it is held.
pub(super) struct Held(Lock);

impl Drop for Held {
    fn drop(&mut self) {
        // All wake, since a waker may belong to a future that was dropped meanwhile.
        let wakers = self.0.with(|waiting| {
            waiting.held = false;
            std::mem::take(&mut waiting.wakers)
        });
        wakers.into_iter().for_each(Waker::wake);
    }
}
