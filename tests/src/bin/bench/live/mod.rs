//! How fast what is said once reaches everybody who is connected, here and at two servers that do little else: nchan (nginx) and `ws`
//! (Node.js).
//!
//! `crowd` is the many clients, `broadcaster` a server that can be told to say something, `measure` the rounds.

mod broadcaster;
mod cardkey;
mod crowd;
mod frames;
mod measure;
mod nchan;
mod node_ws;
mod outcome;

pub(crate) use measure::measure;
pub(crate) use outcome::Outcome;
