//! Applications and their signing keys (APP-01, APP-07).

mod change;
mod keys;
mod list;
mod policy;
mod problems;
mod register;
mod rotate;
mod show;
mod view;

pub(super) use change::change;
pub(super) use keys::keys;
pub(super) use list::list;
pub(super) use register::register;
pub(super) use rotate::rotate;
pub(super) use show::show;
