//! Devices (DEV-03), and what clients tell of the one they run on (DEV-01).

mod heartbeat;
mod info;
mod list;
mod show;
mod view;

pub(super) use heartbeat::heartbeat;
pub(super) use info::DeviceInfoBody;
pub(super) use list::list;
pub(super) use show::show;
