//! What connected clients took note of, gathered here and written down together: ten thousand clients that get one announcement are a few
//! statements, not ten thousand.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cardkey_domain::{AnnouncementId, UserId};
use cardkey_events::StoreError;

use crate::Announcements;
use crate::model::Mark;

/// Readers marked in one statement.
const TOGETHER: usize = 2_000;

type Waiting = BTreeMap<AnnouncementId, BTreeMap<UserId, Mark>>;

/// The marks that wait.
#[derive(Debug, Default)]
pub(crate) struct Gathered(Mutex<Waiting>);

impl Announcements {
    /// Notes that a client of an account got an announcement, or that the account read it, to be written down within a second. The caller
    /// knows that the announcement is theirs: it sent it to them. What must not be lost is told by [`Announcements::confirm`] instead.
    pub fn note(&self, id: AnnouncementId, user: UserId, mark: Mark) {
        self.gathered.add(id, user, mark);
    }

    /// Writes down what was gathered, in one unit for each announcement; on failure it is gathered again.
    pub async fn flush_notes(&self) -> Result<(), StoreError> {
        let mut waiting = std::mem::take(&mut *self.gathered.lock());
        while let Some((id, readers)) = waiting.pop_first() {
            if let Err(error) = self.write(id, &readers).await {
                waiting.insert(id, readers);
                for (id, readers) in waiting {
                    readers.into_iter().for_each(|(user, mark)| self.gathered.add(id, user, mark));
                }
                return Err(error);
            }
        }
        Ok(())
    }

    async fn write(&self, id: AnnouncementId, readers: &BTreeMap<UserId, Mark>) -> Result<(), StoreError> {
        let now = self.ambient.now();
        let mut work = self.store.begin().await?;
        for mark in Mark::ALL {
            let users: Vec<UserId> = readers.iter().filter(|(_, own)| *own == mark).map(|(user, _)| *user).collect();
            for users in users.chunks(TOGETHER) {
                work.marks().mark(id, users, *mark, now).await?;
            }
        }
        work.commit().await
    }
}

impl Gathered {
    fn add(&self, id: AnnouncementId, user: UserId, mark: Mark) {
        let mut waiting = self.lock();
        let known = waiting.entry(id).or_default().entry(user).or_insert(mark);
        *known = mark.max(*known);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
