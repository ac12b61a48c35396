use cardkey_events::StoreError;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, QueryResult, Statement};

use crate::error::store_error;
use crate::sqlite::{Readers, Turn};
use crate::unit::Unit;

/// Where a statement goes.
#[derive(Clone, Copy)]
pub(crate) enum On<'a> {
    /// To a server, outside a transaction.
    Server(&'a DatabaseConnection),
    /// To a server, in a transaction.
    Transaction(&'a DatabaseTransaction),
    /// To the reading connections of a SQLite file.
    Readers(&'a Readers),
    /// To the writing connection of a SQLite file.
    Turn(&'a Turn),
    /// To a unit of work, after the inserts that wait in it.
    Unit(&'a Unit),
}

impl On<'_> {
    /// Which database it is.
    pub(crate) fn backend(self) -> DbBackend {
        match self {
            Self::Server(server) => server.get_database_backend(),
            Self::Transaction(transaction) => transaction.get_database_backend(),
            Self::Readers(_) | Self::Turn(_) => DbBackend::Sqlite,
            Self::Unit(unit) => unit.database().backend(),
        }
    }

    pub(super) async fn execute(self, statement: Statement) -> Result<u64, StoreError> {
        let done = match self {
            Self::Server(server) => server.execute_raw(statement).await,
            Self::Transaction(transaction) => transaction.execute_raw(statement).await,
            Self::Turn(turn) => return turn.execute(statement).await,
            Self::Unit(unit) => return Box::pin(unit.settled().await?.execute(statement)).await,
            Self::Readers(_) => return Err(StoreError::damaged("a write among the reads")),
        };
        done.map(|done| done.rows_affected()).map_err(store_error)
    }

    pub(super) async fn first(self, statement: Statement) -> Result<Option<QueryResult>, StoreError> {
        match self {
            Self::Server(server) => server.query_one_raw(statement).await.map_err(store_error),
            Self::Transaction(transaction) => transaction.query_one_raw(statement).await.map_err(store_error),
            Self::Readers(readers) => readers.first(statement).await,
            Self::Turn(turn) => turn.first(statement).await,
            Self::Unit(unit) => Box::pin(unit.settled().await?.first(statement)).await,
        }
    }

    pub(super) async fn every(self, statement: Statement) -> Result<Vec<QueryResult>, StoreError> {
        match self {
            Self::Server(server) => server.query_all_raw(statement).await.map_err(store_error),
            Self::Transaction(transaction) => transaction.query_all_raw(statement).await.map_err(store_error),
            Self::Readers(readers) => readers.every(statement).await,
            Self::Turn(turn) => turn.every(statement).await,
            Self::Unit(unit) => Box::pin(unit.settled().await?.every(statement)).await,
        }
    }
}
