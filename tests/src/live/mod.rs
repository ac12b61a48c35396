//! A client of the live connection as an outsider would write it. Every frame that passes is held to `docs/asyncapi.yaml`.

mod client;
mod frames;
mod knock;

pub use client::{Closed, LiveClient, Said};
pub use frames::{client_frame, is_server_frame};
pub use knock::Knock;
