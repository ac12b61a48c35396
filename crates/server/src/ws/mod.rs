//! The live connection: what is said to connected clients the moment it is published, and what they missed while they were away.
//!
//! - [`Live`] is the hub of the process: it follows the live log (`feed.rs`), counts connections, and knows the wards;
//! - a ward ([`Ward`]) holds the connections of one worker thread: entries come to it once and are handed out there without a lock, and
//!   one clock serves them all;
//! - a connection (`connection.rs`) is a client as its thread sees it; the actor (`client.rs`) is the thin part that actix knows;
//! - `door.rs` is how the HTTP shell lets somebody in; `standing.rs` asks whether they are still welcome.
//!
//! The frames and close codes stand in `frame.rs` and `close.rs`, and for people in `docs/websocket.md` and `docs/asyncapi.yaml`.

mod catch_up;
mod client;
mod close;
mod connection;
mod door;
mod entry;
mod feed;
mod figures;
mod frame;
mod holder;
mod intake;
mod limits;
mod live;
mod outlet;
mod pulse;
mod queue;
mod roster;
mod sent;
mod standing;
mod suspects;
mod tickets;
mod ward;

pub(crate) use door::{Knock, open};
pub(crate) use feed::follow;
pub(crate) use figures::LiveFigures;
pub(crate) use holder::{Credential, Holder};
pub(crate) use limits::Limits;
pub(crate) use live::{Live, LiveParts};
pub(crate) use suspects::Suspects;
pub(crate) use tickets::{GOOD_FOR as TICKET_GOOD_FOR, ProcessTickets};
pub(crate) use ward::Ward;
