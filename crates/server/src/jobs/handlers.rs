//! The handlers of events. Which events each of them gets stands in `linkage.rs`.

mod follow_maintenance;
mod forget_standings;
mod log;
mod security_audit;
mod tell_owners;
mod watch_connections;

pub(super) use follow_maintenance::FollowMaintenance;
pub(super) use forget_standings::ForgetStandings;
pub(super) use log::LogEvents;
pub(super) use security_audit::SecurityAudit;
pub(super) use tell_owners::TellOwners;
pub(super) use watch_connections::WatchConnections;
