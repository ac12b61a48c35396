use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cardkey_events::StoreError;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult, Statement};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::pinned::Pinned;
use super::writer::Line;
use crate::connect::PATIENCE;
use crate::error::store_error;
use crate::load::Connections;

/// The connections that read. What they see is what was committed when their statement began.
pub(crate) struct Readers {
    pool: DatabaseConnection,
    idle: Mutex<Vec<Pinned>>,
    permits: Semaphore,
    size: u32,
    line: Arc<Line>,
}

impl Readers {
    /// Takes over a pool of so many connections; each is opened when it is first needed. `line` is that of the writer.
    pub(crate) fn new(pool: DatabaseConnection, size: u32, line: Arc<Line>) -> Self {
        Self { pool, idle: Mutex::default(), permits: Semaphore::new(size as usize), size, line }
    }

    /// How many of them are reading.
    pub(crate) fn connections(&self) -> Connections {
        let free = u32::try_from(self.permits.available_permits()).unwrap_or(u32::MAX);
        let idle = u32::try_from(self.idle().len()).unwrap_or(u32::MAX);
        Connections { busy: self.size.saturating_sub(free), idle, most: self.size }
    }

    /// The first row of a query.
    pub(crate) async fn first(&self, statement: Statement) -> Result<Option<QueryResult>, StoreError> {
        let mut reader = self.take().await?;
        let found = reader.on()?.query_one_raw(statement).await;
        reader.judge(found)
    }

    /// Every row of a query.
    pub(crate) async fn every(&self, statement: Statement) -> Result<Vec<QueryResult>, StoreError> {
        let mut reader = self.take().await?;
        let found = reader.on()?.query_all_raw(statement).await;
        reader.judge(found)
    }

    async fn take(&self) -> Result<Reader<'_>, StoreError> {
        self.line.settled().await;
        let permit = match self.permits.try_acquire() {
            Ok(permit) => permit,
            Err(_) => match timeout(PATIENCE, self.permits.acquire()).await {
                Ok(permit) => permit.map_err(|error| StoreError::Unavailable(error.into()))?,
                Err(_) => return Err(StoreError::Unavailable("no reader was free in time".into())),
            },
        };
        let idle = self.idle().pop();
        let pinned = match idle {
            Some(pinned) => pinned,
            None => Pinned::open(&self.pool).await.map_err(store_error)?,
        };
        Ok(Reader { pinned: Some(pinned), readers: self, _permit: permit })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Pinned>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection in use. It goes back when this is dropped, in the middle of a query too: the next one waits for its thread.
struct Reader<'a> {
    pinned: Option<Pinned>,
    readers: &'a Readers,
    _permit: SemaphorePermit<'a>,
}

impl Reader<'_> {
    fn on(&self) -> Result<&DatabaseTransaction, StoreError> {
        self.pinned.as_ref().map(Pinned::on).ok_or_else(super::gone)
    }

    /// Keeps no connection that may be broken.
    fn judge<T>(&mut self, result: Result<T, DbErr>) -> Result<T, StoreError> {
        result.map_err(|error| {
            let error = store_error(error);
            if matches!(error, StoreError::Unavailable(_)) {
                self.pinned = None;
            }
            error
        })
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(pinned) = self.pinned.take() {
            self.readers.idle().push(pinned);
        }
    }
}
