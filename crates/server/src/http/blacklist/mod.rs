//! The blacklist (DEV-06).

mod add;
mod lift;
mod list;
mod problems;
mod show;
mod view;

pub(super) use add::add;
pub(super) use lift::lift;
pub(super) use list::list;
pub(super) use show::show;
