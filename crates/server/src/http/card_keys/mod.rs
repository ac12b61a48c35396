//! Card keys: ordered in batches, redeemed and checked by customers, watched over by operators.

mod activate;
pub(super) mod batches;
mod export;
mod extend;
mod list;
mod problems;
mod reveal;
mod show;
mod state;
mod transfer;
mod unbind;
mod validity;
mod verdicts;
mod verify;
mod view;

pub(super) use activate::activate;
pub(crate) use export::EXPORTS_AT_ONCE;
pub(super) use export::export;
pub(super) use extend::extend;
pub(super) use list::list;
pub(super) use problems::unidentifiable;
pub(super) use reveal::reveal;
pub(super) use show::show;
pub(super) use state::{delete, disable, enable, restore};
pub(super) use transfer::transfer;
pub(super) use unbind::unbind;
pub(super) use verdicts::{VerdictView, device_key, nonce, possession};
pub(super) use verify::verify;
