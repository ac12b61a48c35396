//! The start of the process, and its end: from the settings to a server that answers, in an order in which nothing is touched before
//! everything that can be checked has been checked.

mod application;
mod audit_keeper;
mod data_dir;
mod error;
mod keys;
mod master_key;
pub(crate) mod open_files;
mod outside;
mod rotate;
mod wiring;

pub use application::Application;
pub(crate) use audit_keeper::AuditKeeper;
pub(crate) use data_dir::{DataDir, database_url, is_new_file};
pub use error::StartError;
pub(crate) use keys::{Keys, check_key};
pub(crate) use master_key::KeySource;
pub use outside::{SystemClock, SystemEntropy};
pub(crate) use rotate::rotate;

#[cfg(test)]
mod tests;
