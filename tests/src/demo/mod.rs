//! The product's one story from beginning to end, on a server of its own: an operator sells card keys, a customer redeems one on a device,
//! starts online and offline, and is stopped. `make demo` tells it; a test per database holds it.

mod customer;
mod story;
mod telling;

pub use story::play;
pub use telling::{Failure, Step};
