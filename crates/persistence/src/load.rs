//! How busy the database is, for those who watch over it.

use cardkey_audit::ChainStore;
use cardkey_events::StoreError;
use sea_orm::{DatabaseConnection, DbBackend};

use crate::connect::Connected;
use crate::database::Database;
use crate::sql::{Pick, params};

/// Backlogs are counted up to this: more says no more, and counting costs.
const COUNTED_UP_TO: u64 = 10_000;

/// What the connections are doing.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// Connections to a server, or those that read a SQLite file.
    pub connections: Connections,
    /// The one who writes to a SQLite file.
    pub writer: Option<WriterLoad>,
}

/// How many connections there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Connections {
    /// In use.
    pub busy: u32,
    /// Open, and free.
    pub idle: u32,
    /// As many as there may be.
    pub most: u32,
}

/// How the commits of a SQLite file are shared.
#[derive(Debug, Clone, Default)]
pub struct WriterLoad {
    /// Units of work that wait for their turn.
    pub waiting: usize,
    /// How many commits held at most so many units (and more than the class before).
    pub groups: Vec<(usize, u64)>,
    /// Units of work in all of them.
    pub units: u64,
}

/// What waits to be done after commits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Events that were not handed over yet.
    pub waiting: u64,
    /// Deliveries that are to be tried again.
    pub retries: u64,
    /// Deliveries that were given up.
    pub dead: u64,
    /// Audit rows that the chain does not hold yet.
    pub unsealed: u64,
}

impl Database {
    /// What its connections are doing, as this process sees it.
    #[must_use]
    pub fn load(&self) -> Load {
        match self.connected() {
            Connected::File(readers, writer) => {
                Load { connections: readers.connections(), writer: Some(writer.line().load()) }
            }
            Connected::Server(pool) => {
                let (open, idle) = pool_size(pool);
                let connections = Connections { busy: open.saturating_sub(idle), idle, most: self.pool() };
                Load { connections, writer: None }
            }
        }
    }

    /// What waits in the outbox and for the audit log's chain, each counted up to 10,000.
    pub async fn backlog(&self) -> Result<Backlog, StoreError> {
        let in_state = |state: &'static str| Pick::new().and("state = ?", params![state]);
        let on = self.reads();
        Ok(Backlog {
            waiting: Pick::new().and("delivered_at IS NULL", []).count(on, "outbox", COUNTED_UP_TO).await?,
            retries: in_state("pending").count(on, "event_deliveries", COUNTED_UP_TO).await?,
            dead: in_state("dead").count(on, "event_deliveries", COUNTED_UP_TO).await?,
            unsealed: self.count_unsealed(COUNTED_UP_TO).await?,
        })
    }
}

/// How many connections are open, and how many of them are idle.
fn pool_size(pool: &DatabaseConnection) -> (u32, u32) {
    let (open, idle) = match pool.get_database_backend() {
        DbBackend::Postgres => {
            let pool = pool.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
        DbBackend::MySql => {
            let pool = pool.get_mysql_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => (0, 0),
    };
    (open, u32::try_from(idle).unwrap_or(u32::MAX))
}
