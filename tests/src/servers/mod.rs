//! Throw-away database servers: real programs on a free port of the loopback address, with a data folder of their own, durable as in
//! production. They end with the process that started them, however it ends.

mod account;
mod database_server;
mod lifeline;
mod mariadb;
mod postgres;
mod start_error;

pub use database_server::DatabaseServer;
pub(crate) use mariadb::statement as mariadb_statement;
pub(crate) use postgres::statement as postgres_statement;
pub use start_error::StartError;
