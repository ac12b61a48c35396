//! The contract of the ports: what every store must do, whatever it keeps its rows in. Held against the services' own memory, SQLite,
//! PostgreSQL and MariaDB.

#[macro_use]
mod macros;

mod announce;
mod identity;
mod journal;
mod licensing;
mod samples;
mod stores;
