//! Events, dead letters and their replay (EVT-02).

mod dead;
mod list;
mod problems;
mod replay;
mod show;
mod view;

pub(super) use dead::dead;
pub(super) use list::list;
pub(super) use replay::replay;
pub(super) use show::show;
