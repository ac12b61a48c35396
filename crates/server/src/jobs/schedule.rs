//! When each job runs, and what becomes of a turn that was missed: the one table of it.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use cardkey_events::StoreError;

use super::Jobs;

pub(super) type Job = fn(&Jobs) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>>;

/// A job.
pub(super) struct Entry {
    /// Names it in the log and in the table of scheduled runs; never changes.
    pub(super) name: &'static str,
    pub(super) rhythm: Rhythm,
    pub(super) run: Job,
}

/// When a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// Every so often on every node. A turn that was missed is not made up for: the next one finds all there is to do, and does so much
    /// of it at a time that nobody else has to wait.
    Every(Duration),
    /// Once a night on one node, at NIGHTLY_AT. However many nights were missed, they are made up for by one turn. One that fails, or
    /// whose process ends, is tried again within an hour.
    Nightly,
}

const fn every(seconds: u64, name: &'static str, run: Job) -> Entry {
    Entry { name, rhythm: Rhythm::Every(Duration::from_secs(seconds)), run }
}

const fn nightly(name: &'static str, run: Job) -> Entry {
    Entry { name, rhythm: Rhythm::Nightly, run }
}

pub(super) const SCHEDULE: &[Entry] = &[
    every(1, "expire_card_keys", |jobs| Box::pin(jobs.expire_card_keys())),
    every(1, "maintain_apps", |jobs| Box::pin(jobs.maintain_apps())),
    every(1, "publish_and_expire", |jobs| Box::pin(jobs.publish_and_expire())),
    every(1, "write_down_notes", |jobs| Box::pin(jobs.write_down_notes())),
    every(1, "mark_silent_devices", |jobs| Box::pin(jobs.mark_silent_devices())),
    every(2, "write_down_what_was_seen", |jobs| Box::pin(jobs.write_down())),
    every(2, "fold_counts", |jobs| Box::pin(jobs.fold_counts())),
    every(1, "seal_audit_log", |jobs| Box::pin(jobs.seal_audit_log())),
    every(2, "count_reach", |jobs| Box::pin(jobs.count_reach())),
    every(5, "fold_notes", |jobs| Box::pin(jobs.fold_notes())),
    every(30, "sweep_sessions", |jobs| Box::pin(jobs.sweep_sessions())),
    every(2, "remind_owners", |jobs| Box::pin(jobs.remind_owners())),
    every(60, "reload_signing_keys", |jobs| Box::pin(jobs.reload_keys())),
    every(60, "sum_up_refusals", |jobs| Box::pin(jobs.sum_up_refusals())),
    every(600, "forget_replies", |jobs| Box::pin(jobs.forget_replies())),
    nightly("forget_notices", |jobs| Box::pin(jobs.forget_notices())),
    nightly("forget_events", |jobs| Box::pin(jobs.forget_events())),
    nightly("archive_audit_log", |jobs| Box::pin(jobs.archive_audit_log())),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_jobs_share_a_name() {
        let mut names: Vec<_> = SCHEDULE.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SCHEDULE.len());
    }
}
