//! What the tests of the whole product stand on: throw-away database servers, a database for each test, and ways to wait without sleeping.
//!
//! The database servers are started once for a run by the program `with-databases`, which tells the tests where they are through the environment;
//! each test then makes a [`Database`] of its own and drops it. A test written with [`on_each_database!`] becomes one test per database.
//!
//! [`server`] runs the product as a process, [`api`] calls it as an outsider does.

pub mod api;
mod database;
pub mod demo;
pub mod live;
mod on_each_database;
mod outside;
mod places;
pub mod server;
mod servers;
mod until;

pub use database::{Backend, Database, TEMPLATE};
pub use outside::{MissingProgram, OutsideProgram};
pub use places::{MARIADB_URL, POSTGRES_URL, crash_rounds, free_port};
pub use servers::{DatabaseServer, StartError};
pub use until::until;
