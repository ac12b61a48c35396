use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures::lock::{Mutex as TurnLock, OwnedMutexGuard};

/// Lets those who want the same thing act one after another, in this process.
#[derive(Debug)]
pub(crate) struct Turns<K> {
    locks: Mutex<HashMap<K, Weak<TurnLock<()>>>>,
}

/// Past this many the locks of those who are gone are swept out.
const SWEEP_FROM: usize = 1_024;

impl<K: Eq + Hash> Turns<K> {
    pub(crate) fn new() -> Self {
        Self { locks: Mutex::new(HashMap::new()) }
    }

    /// Waits for one's turn; it lasts until the guard is dropped.
    pub(crate) async fn wait_for(&self, key: K) -> OwnedMutexGuard<()> {
        self.lock_of(key).lock_owned().await
    }

    fn lock_of(&self, key: K) -> Arc<TurnLock<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if locks.len() >= SWEEP_FROM {
            locks.retain(|_, lock| lock.strong_count() > 0);
        }
        let slot = locks.entry(key).or_default();
        slot.upgrade().unwrap_or_else(|| {
            let lock = Arc::new(TurnLock::new(()));
            *slot = Arc::downgrade(&lock);
            lock
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn one_waits_for_the_other_of_the_same_key_only() {
        // AUTH-05
        let turns = Turns::new();
        let first = block_on(turns.wait_for(1));
        assert!(turns.wait_for(1).now_or_never().is_none());
        assert!(turns.wait_for(2).now_or_never().is_some());
        drop(first);
        assert!(turns.wait_for(1).now_or_never().is_some());
    }

    #[test]
    fn those_who_are_gone_leave_nothing_behind() {
        // AUTH-05
        let turns = Turns::new();
        for key in 0..10 * SWEEP_FROM {
            drop(block_on(turns.wait_for(key)));
        }
        assert!(turns.locks.lock().unwrap().len() <= SWEEP_FROM);
    }
}
