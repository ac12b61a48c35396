//! The configuration: read once, at start, from the environment and `.env`, into one struct ([`Settings`]) by one table (`table.rs`).
//!
//! Nothing else in the program reads the environment. Every name is documented by the table; `.env.example` and
//! `docs/configuration.md` are made from it, and a test holds them to it.

mod document;
mod environment;
mod table;
mod unknown;
mod value;

pub(crate) use document::{env_example, markdown};
pub use environment::{Environment, UnreadableFile};
pub use table::{InvalidSetting, Settings};
pub(crate) use unknown::unknown_names;
pub use value::{AppEnv, DatabaseUrl, LogFormat, LogLevel, Networks, TimeOfDay, TokenAlgorithm};
