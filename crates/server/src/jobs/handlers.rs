//! The handlers of events. Which events each of them gets stands in `linkage.rs`.

mod forget_standings;
mod log;
mod security_audit;
mod watch_connections;

pub(super) use forget_standings::ForgetStandings;
pub(super) use log::LogEvents;
pub(super) use security_audit::SecurityAudit;
pub(super) use watch_connections::WatchConnections;
