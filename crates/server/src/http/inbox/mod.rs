//! Announcements as their readers see them (ANN-05 to ANN-07). What operators do is in `announcements`.

mod list;
mod note;
mod problems;

pub(super) use list::list;
pub(super) use note::{confirm, read};
