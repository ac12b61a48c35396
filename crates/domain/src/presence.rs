use std::time::Duration;

/// A device that was silent for longer is offline (DEV-04).
pub const OFFLINE_AFTER: Duration = Duration::from_secs(15 * 60);
