//! The audit log (AUD-02).

mod list;

pub(super) use list::list;
