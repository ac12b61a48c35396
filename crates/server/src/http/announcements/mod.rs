//! Announcements as operators write, publish and follow them (ANN-01 to ANN-06). What readers do is in `inbox`.

mod audience;
mod create;
mod edit;
mod list;
mod preview;
mod problems;
mod publish;
mod show;
mod statistics;
mod unconfirmed;
mod view;
mod withdraw;
mod words;

pub(super) use create::create;
pub(super) use edit::edit;
pub(super) use list::list;
pub(super) use preview::preview;
pub(super) use publish::publish;
pub(super) use show::show;
pub(super) use statistics::statistics;
pub(super) use unconfirmed::unconfirmed;
pub(super) use withdraw::withdraw;
