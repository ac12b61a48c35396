//! A customer's own licences.

mod list;
mod problems;
mod reissue;

pub(super) use list::list;
pub(super) use reissue::reissue;
