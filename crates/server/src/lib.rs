//! The server: everything that listens, reads the environment, and ties the other crates together.
//!
//! - [`cli`] is the program `cardkey`; `start` brings a server up ([`Application`]) and down, and wires the services together;
//! - `config` reads the settings ([`Settings`]) once; `logging` starts the log;
//! - `http` is the shell around the use cases: every route with its permission in `http/routes.rs`, every error in `http/error.rs`;
//! - `ws` is the live connection: what clients are told the moment it is published;
//! - `jobs` is what happens without anybody asking; `hashing` and `memory` do for identity and licensing what needs threads or caches;
//! - `metrics` is what the server tells of itself in numbers.

mod audit_files;
pub mod cli;
mod config;
#[cfg(test)]
mod documents;
mod hashing;
mod http;
mod jobs;
mod logging;
mod memory;
mod metrics;
mod start;
mod ws;

pub use config::{
    AppEnv, DatabaseUrl, Environment, InvalidSetting, LogFormat, LogLevel, Networks, Settings, TimeOfDay,
    TokenAlgorithm, UnreadableFile,
};
pub use http::Locale;
pub use logging::LogError;
pub use start::{Application, StartError, SystemClock, SystemEntropy};
