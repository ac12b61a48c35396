//! Opening the live connection: who knocks, from which page, and the tickets of browsers. What comes after is `crate::ws`.

mod connect;
mod origin;
mod problems;
mod ticket;

pub(super) use connect::connect;
pub(super) use ticket::ticket;
