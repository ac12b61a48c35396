//! What the ports speak of: the rows of identity as values.

mod lockout;
mod permission_set;
mod role;
mod session;
mod signing_key;
mod token;
mod user;

pub use lockout::{Lockout, LockoutBucket};
pub use permission_set::PermissionSet;
pub use role::CustomRole;
pub use session::{EndReason, Session, SessionDevice};
pub use signing_key::{TokenKeyRecord, TokenKeyState};
pub use token::{DeniedToken, RefreshToken, TokenHash};
pub use user::{User, UserStatus};
