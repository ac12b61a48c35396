//! Where passwords are hashed: a few threads of the lowest priority with a short queue, so that a flood of sign-ins slows nothing else
//! (AUTH-06).

use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use cardkey_crypto::{PasswordHasher, Verification};
use cardkey_domain::{Entropy, Password, Secret};
use cardkey_identity::{Busy, HashingPlace, PasswordWorker};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use crate::metrics::Counter;

/// Places in the queue for each thread. A hash takes about a quarter of a second, so whoever is let in waits two seconds at most.
const PLACES_EACH: usize = 8;

/// Those who may wait for a place. Waiting costs a server next to nothing, and a flood that waits comes back less often than one that is
/// refused at once.
const STANDING: usize = 256;

/// How long they wait.
const STANDING_FOR: Duration = Duration::from_secs(2);

const RETRY_AFTER: Duration = Duration::from_secs(2);

type Job = Box<dyn FnOnce(&PasswordHasher, &dyn Entropy) + Send>;

/// The threads and their queue. They end when it is dropped.
pub(crate) struct HashingPool {
    places: Arc<Semaphore>,
    standing: Semaphore,
    size: usize,
    refused: Counter,
    jobs: Sender<Job>,
}

/// How busy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HashingLoad {
    pub(crate) places: usize,
    pub(crate) in_use: usize,
    pub(crate) waiting: usize,
    /// Since the start.
    pub(crate) refused: u64,
}

struct Place {
    _permit: OwnedSemaphorePermit,
    jobs: Sender<Job>,
}

impl HashingPool {
    /// Starts half as many threads as there are cores, at least one.
    pub(crate) fn start(hasher: &PasswordHasher, entropy: &Arc<dyn Entropy>) -> Self {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).div_ceil(2);
        let (jobs, waiting) = channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let (waiting, hasher, entropy) = (Arc::clone(&waiting), hasher.clone(), Arc::clone(entropy));
            thread::spawn(move || work(&waiting, &hasher, entropy.as_ref()));
        }
        let size = threads * PLACES_EACH;
        let (places, standing) = (Arc::new(Semaphore::new(size)), Semaphore::new(STANDING));
        Self { places, standing, size, refused: Counter::default(), jobs }
    }

    /// How busy it is at this moment.
    pub(crate) fn load(&self) -> HashingLoad {
        HashingLoad {
            places: self.size,
            in_use: self.size.saturating_sub(self.places.available_permits()),
            waiting: STANDING.saturating_sub(self.standing.available_permits()),
            refused: self.refused.value(),
        }
    }

    /// A place in the queue, perhaps after a while.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(permit);
        }
        let _standing = self.standing.try_acquire().ok()?;
        timeout(STANDING_FOR, Arc::clone(&self.places).acquire_owned()).await.ok()?.ok()
    }
}

fn work(waiting: &Mutex<Receiver<Job>>, hasher: &PasswordHasher, entropy: &dyn Entropy) {
    yield_to_others();
    loop {
        let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(hasher, entropy),
            Err(_) => return,
        }
    }
}

/// Gives this thread the lowest priority. On Linux priorities belong to threads; where they do not, or it is refused, the bound on the
/// threads must do.
#[cfg(target_os = "linux")]
fn yield_to_others() {
    let refused = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 19);
    if let Err(error) = refused {
        tracing::debug!(%error, "hashing keeps the usual priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}

#[async_trait]
impl PasswordWorker for HashingPool {
    async fn admit(&self) -> Result<Box<dyn HashingPlace>, Busy> {
        let Some(permit) = self.place().await else {
            self.refused.count();
            return Err(Busy { retry_after: RETRY_AFTER });
        };
        Ok(Box::new(Place { _permit: permit, jobs: self.jobs.clone() }))
    }
}

impl Place {
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&PasswordHasher, &dyn Entropy) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let busy = Busy { retry_after: RETRY_AFTER };
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |hasher, entropy| {
            // Whoever asked may have gone away; then nobody waits for the work.
            if !answer.is_closed() {
                let _gone = answer.send(work(hasher, entropy));
            }
        });
        self.jobs.send(job).map_err(|_| busy)?;
        answered.await.map_err(|_| busy)
    }
}

#[async_trait]
impl HashingPlace for Place {
    async fn hash(&mut self, password: &Password) -> Result<Secret<String>, Busy> {
        let password = password.clone();
        self.run(move |hasher, entropy| Secret::new(hasher.hash(&password, entropy))).await
    }

    async fn verify(&mut self, password: &Password, stored: Option<&Secret<String>>) -> Result<Verification, Busy> {
        let (password, stored) = (password.clone(), stored.cloned());
        self.run(move |hasher, _| match stored {
            Some(stored) => hasher.verify(&password, stored.expose()),
            None => {
                let verification = hasher.verify(&password, hasher.dummy_hash());
                Verification { matches: false, ..verification }
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use cardkey_domain::SeededEntropy;

    use super::*;

    fn pool() -> HashingPool {
        HashingPool::start(&PasswordHasher::new(4).unwrap(), &(Arc::new(SeededEntropy::new(1)) as Arc<dyn Entropy>))
    }

    // AUTH-04
    #[tokio::test]
    async fn what_was_hashed_verifies_and_nothing_matches_no_hash() {
        let pool = pool();
        let mut place = pool.admit().await.unwrap();
        let password = Password::new("Correct-Horse-7".into());
        let hash = place.hash(&password).await.unwrap();
        assert!(place.verify(&password, Some(&hash)).await.unwrap().matches);
        assert!(!place.verify(&password, None).await.unwrap().matches);
    }

    // AUTH-06
    #[tokio::test(start_paused = true)]
    async fn a_full_queue_refuses_after_a_while_and_a_place_given_back_is_taken_by_who_waits() {
        let pool = pool();
        let mut places = Vec::new();
        while pool.places.available_permits() > 0 {
            places.push(pool.admit().await.unwrap());
        }
        assert!(pool.admit().await.is_err_and(|busy| busy.retry_after == RETRY_AFTER));
        let load = pool.load();
        assert_eq!((load.in_use, load.waiting, load.refused), (load.places, 0, 1));
        let mut waiting = std::pin::pin!(pool.admit());
        assert!(futures::poll!(&mut waiting).is_pending());
        places.pop();
        assert!(waiting.await.is_ok());
    }

    // AUTH-06
    #[tokio::test(start_paused = true)]
    async fn no_more_wait_than_there_is_room_for() {
        let pool = pool();
        let mut places = Vec::new();
        while pool.places.available_permits() > 0 {
            places.push(pool.admit().await.unwrap());
        }
        let mut waiting: Vec<_> = (0..STANDING).map(|_| pool.admit()).collect();
        for one in &mut waiting {
            assert!(futures::poll!(one).is_pending());
        }
        let mut further = pool.admit();
        assert!(futures::poll!(&mut further).is_ready());
    }
}
