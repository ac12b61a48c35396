//! One's own sessions (SES-02). Those of others are under `users`.

mod list;
mod problems;
mod revoke;
mod revoke_all;
mod view;

pub(super) use list::{SessionList, list};
pub(super) use revoke::{REVOKED, RevokeBody, revoke};
pub(super) use revoke_all::revoke_all;
pub(super) use view::{EndedView, SessionView};
