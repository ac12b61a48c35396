use std::collections::HashMap;
use std::mem;
use std::net::IpAddr;
use std::sync::Mutex;

use cardkey_domain::{SessionId, Timestamp};
use cardkey_events::StoreError;

use crate::model::Session;
use crate::revocations::lock;
use crate::{Activity, Identity};

/// When sessions were last used, collected here and written down together every few seconds.
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
        let waiting: Vec<_> = mem::take(&mut *lock(&self.activities.waiting)).into_values().collect();
        if waiting.is_empty() {
            return Ok(0);
        }
        let outcome = self.store.read().note_activity(&waiting).await;
        if outcome.is_err() {
            let mut kept = lock(&self.activities.waiting);
            waiting.iter().for_each(|activity| keep_later(&mut kept, *activity));
        }
        outcome.map(|()| waiting.len())
    }
}
