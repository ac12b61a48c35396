use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use cardkey_domain::{SessionId, Timestamp};
use cardkey_events::StoreError;

use crate::model::Session;
use crate::revocations::lock;
use crate::{Activity, Identity};

/// When sessions were last used, collected here and written down together every few seconds. What is being written down stays here until
/// it stands in the database, so that whoever corrects what they read by it misses no use by this process.
#[derive(Default)]
pub(crate) struct Activities {
    waiting: Mutex<HashMap<SessionId, Activity>>,
}

impl Activities {
    pub(crate) fn note(&self, session: SessionId, at: Timestamp, ip: Option<IpAddr>) {
        keep_later(&mut lock(&self.waiting), Activity { session, at, ip });
    }

    /// Corrects what was read by what is not written down yet.
    pub(crate) fn correct(&self, sessions: &mut [Session]) {
        let waiting = lock(&self.waiting);
        for session in sessions {
            if let Some(activity) = waiting.get(&session.id) {
                session.last_active_at = session.last_active_at.max(activity.at);
            }
        }
    }
}

fn keep_later(waiting: &mut HashMap<SessionId, Activity>, activity: Activity) {
    let kept = waiting.entry(activity.session).or_insert(activity);
    if kept.at < activity.at {
        *kept = activity;
    }
}

impl Identity {
    /// Writes down when sessions were last used; tells how many. The server calls it every few seconds, and once when it closes down.
    pub async fn flush_activity(&self) -> Result<usize, StoreError> {
        self.write_activity(|_| true).await
    }

    /// Writes down when an account's sessions were last used, before one of them is chosen by it.
    pub(crate) async fn flush_activity_of(&self, sessions: &[Session]) -> Result<(), StoreError> {
        self.write_activity(|activity| sessions.iter().any(|session| session.id == activity.session)).await.map(|_| ())
    }

    async fn write_activity(&self, which: impl Fn(&Activity) -> bool) -> Result<usize, StoreError> {
        let waiting: Vec<Activity> =
            lock(&self.activities.waiting).values().filter(|activity| which(activity)).copied().collect();
        if !waiting.is_empty() {
            self.store.read().note_activity(&waiting).await?;
            let mut kept = lock(&self.activities.waiting);
            for written in &waiting {
                if kept.get(&written.session) == Some(written) {
                    kept.remove(&written.session);
                }
            }
        }
        Ok(waiting.len())
    }
}
