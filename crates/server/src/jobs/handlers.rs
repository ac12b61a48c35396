//! The handlers of events. Which events each of them gets stands in `linkage.rs`.

mod follow_maintenance;
mod forget_standings;
mod log;
mod security_audit;
mod tell_owners;

pub(super) use follow_maintenance::FollowMaintenance;
pub(super) use forget_standings::ForgetStandings;
pub(super) use log::LogEvents;
pub(super) use security_audit::SecurityAudit;
pub(super) use tell_owners::TellOwners;
