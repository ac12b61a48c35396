//! Everything that is kept, in SQLite, PostgreSQL or MySQL/MariaDB: the stores and readers of the services, on sea-orm.
//!
//! [`Database`] is all there is to see. It implements the `Store` and `Reader` ports of each service, the readers of `audit` and `events`,
//! and keeps sealed secrets. A unit of work (`work.rs`) is one transaction on which every repository works: it begins when it must, and
//! writes that nobody waits for travel together (`unit.rs`); on SQLite many units share one commit (`sqlite/`). A repository is a file of
//! SQL, written once for the three databases in the manner of `sql/`, with the mapping of its rows beside it. Races are decided by
//! conditional writes and unique indexes; `error.rs` tells which promise was broken.

mod announce;
mod audit;
mod connect;
mod database;
mod error;
mod identity;
mod journal;
mod licensing;
mod live;
mod load;
mod migrate;
mod outbox;
mod receipts;
mod schedule;
mod sealed;
mod secrets;
mod sql;
mod sqlite;
mod unit;
mod work;

pub use connect::ConnectError;
pub use database::Database;
pub use load::{Backlog, Connections, Load, WriterLoad};
pub use migrate::{MigrateError, MigrationStatus};
pub use sealed::{Sealed, SealedPlace};
