//! Applications, their signing keys and their maintenance (APP-01, APP-06, APP-07).

mod change;
mod keys;
mod list;
mod maintenance;
mod policy;
mod problems;
mod register;
mod rotate;
mod show;
mod view;

pub(super) use change::change;
pub(super) use keys::keys;
pub(super) use list::list;
pub(super) use maintenance::maintenance;
pub(super) use register::register;
pub(super) use rotate::rotate;
pub(super) use show::show;
