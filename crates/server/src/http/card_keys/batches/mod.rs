//! Batches of card keys (CARD-02).

mod cancel;
mod list;
mod order;
mod show;
mod view;

pub(in crate::http) use cancel::cancel;
pub(in crate::http) use list::list;
pub(in crate::http) use order::order;
pub(in crate::http) use show::show;
