//! Throw-away database servers: real programs on a free port of the loopback address, with a data folder of their own, durable as in
//! production. They end with the process that started them, however it ends.

mod account;
mod lifeline;
mod mariadb;
mod postgres;
mod start_error;

pub use mariadb::MariaDb;
pub(crate) use mariadb::statement as mariadb_statement;
pub use postgres::Postgres;
pub(crate) use postgres::statement as postgres_statement;
pub use start_error::StartError;
