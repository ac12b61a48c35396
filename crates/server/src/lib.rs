//! The server: everything that listens, reads the environment, and ties the other crates together.
//!
//! - `config` reads the settings, `logging` starts the log, `cli` is the program `cardkey`;
//! - `http` is the shell around the use cases: every route with its permission in `http/routes.rs`, every error in `http/error.rs`.

mod config;
#[cfg(test)]
mod documents;
mod hashing;
mod http;
mod logging;

pub use config::{
    AppEnv, DatabaseUrl, Environment, InvalidSetting, LogFormat, LogLevel, Networks, Settings, TokenAlgorithm,
    UnreadableFile,
};
pub use http::Locale;
