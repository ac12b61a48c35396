//! A customer's own licences.

mod list;
mod problems;
mod reissue;
mod unbind;

pub(super) use list::list;
pub(super) use reissue::reissue;
pub(super) use unbind::unbind;
