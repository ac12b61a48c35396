//! A store in memory: for tests, and for programs that embed licensing and keep its state elsewhere.
//!
//! Units of work run one after the other, each on a copy of the tables it touches, so it is meant for thousands of rows, not millions.

mod devices;
mod filters;
mod lock;
mod maintenances;
mod reader;
mod state;
mod store;
mod tables;
mod transaction;
mod work;

pub use store::MemoryStore;
