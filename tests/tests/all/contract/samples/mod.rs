//! Rows to store: plain ones, and ones with every field as long and as strange as it may be.

mod announce;
mod identity;
mod licensing;
mod world;

pub(crate) use licensing::unused;
pub(crate) use world::{World, longest, text};
