//! Group commit on SQLite, which has one writer: units of work that wait take turns in one outer transaction, each in a savepoint of its
//! own, and are answered together after the outer commit. So a disk that syncs a few hundred times a second makes thousands of units
//! durable, and a unit that fails or is dropped undoes itself alone.
//!
//! One task owns the connection and lends it to one unit at a time; nothing a caller does or omits – dropping a future at any await,
//! panicking – can leave the outer transaction in anybody else's hands.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cardkey_events::StoreError;
use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;

use crate::connect::PATIENCE;
use crate::error::store_error;

/// Units in one outer transaction at most.
const MOST_UNITS: usize = 256;

/// How long an outer transaction goes on taking units while others wait for their answer.
const LONGEST: Duration = Duration::from_millis(4);

/// The one who writes to a SQLite file.
pub(crate) struct Writer {
    asked: mpsc::UnboundedSender<Asked>,
}

/// The connection, lent to one unit of work. Dropping it undoes the unit.
pub(crate) struct Turn {
    lent: Option<(DatabaseTransaction, oneshot::Sender<Returned>)>,
}

type Answer = oneshot::Sender<Result<(), StoreError>>;
type Asked = oneshot::Sender<Result<Turn, StoreError>>;

struct Returned {
    transaction: DatabaseTransaction,
    /// Who waits for the commit; nobody where the unit is to be undone.
    kept: Option<(Answer, bool)>,
}

impl Writer {
    /// Takes the connection over. It is reopened with `options` after a failure that leaves it in doubt. `appended` is notified after
    /// each commit that appended to the outbox.
    pub(crate) fn start(connection: DatabaseConnection, options: ConnectOptions, appended: Arc<Notify>) -> Self {
        let (asked, queue) = mpsc::unbounded_channel();
        tokio::spawn(Desk { connection: Some(connection), options, queue, appended }.serve());
        Self { asked }
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) -> Result<Turn, StoreError> {
        let (ask, turn) = oneshot::channel();
        self.asked.send(ask).map_err(|_| gone())?;
        match timeout(PATIENCE, turn).await {
            Ok(turn) => turn.map_err(|_| gone())?,
            Err(_) => Err(StoreError::Unavailable("no turn to write came in time".into())),
        }
    }
}

impl Turn {
    /// Where the unit's statements go.
    pub(crate) fn transaction(&self) -> Result<&DatabaseTransaction, StoreError> {
        self.lent.as_ref().map(|(transaction, _)| transaction).ok_or_else(gone)
    }

    /// Ends the unit; returns once it is durable. `announce` says that the outbox holds something new.
    pub(crate) async fn commit(mut self, announce: bool) -> Result<(), StoreError> {
        let (answer, durable) = oneshot::channel();
        let (transaction, back) = self.lent.take().ok_or_else(gone)?;
        back.send(Returned { transaction, kept: Some((answer, announce)) }).map_err(|_| gone())?;
        durable.await.map_err(|_| gone())?
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some((transaction, back)) = self.lent.take() {
            let _ = back.send(Returned { transaction, kept: None });
        }
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the writer has ended".into())
}

/// Undoes the unit that ran last; its savepoint then serves the next one.
const UNDO: &str = "ROLLBACK TO unit";
/// Keeps the unit that ran last and starts the next one.
const KEEP: &str = "RELEASE unit; SAVEPOINT unit";

/// The task behind a [`Writer`].
struct Desk {
    connection: Option<DatabaseConnection>,
    options: ConnectOptions,
    queue: mpsc::UnboundedReceiver<Asked>,
    appended: Arc<Notify>,
}

/// An outer transaction under way.
struct Group {
    transaction: DatabaseTransaction,
    /// What must run before the next unit may start.
    before_next: &'static str,
    answers: Vec<Answer>,
    announce: bool,
}

impl Desk {
    async fn serve(mut self) {
        while let Some(asked) = self.queue.recv().await {
            match self.open().await {
                Ok(group) => self.run(group, asked).await,
                Err(error) => {
                    self.discard().await;
                    let _ = asked.send(Err(store_error(error)));
                }
            }
        }
    }

    async fn open(&mut self) -> Result<Group, DbErr> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => Database::connect(self.options.clone()).await?,
        };
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.connection.insert(connection).begin_with_options(immediate).await?;
        Ok(Group { transaction, before_next: "SAVEPOINT unit", answers: Vec::new(), announce: false })
    }

    async fn run(&mut self, mut group: Group, first: Asked) {
        let opened = Instant::now();
        let mut next = Some(first);
        while let Some(asked) = next {
            group = match group.lend(asked).await {
                Ok(group) => group,
                Err(Lost { answers, error }) => return self.fail(answers, &error).await,
            };
            let full = group.answers.len() >= MOST_UNITS || opened.elapsed() >= LONGEST;
            next = if full { None } else { self.queue.try_recv().ok() };
        }
        self.end(group).await;
    }

    async fn end(&mut self, group: Group) {
        let Group { transaction, answers, announce, before_next } = group;
        if answers.is_empty() {
            if transaction.rollback().await.is_err() {
                self.discard().await;
            }
            return;
        }
        let undone = if before_next == UNDO { transaction.execute_unprepared(UNDO).await.map(|_| ()) } else { Ok(()) };
        let committed = match undone {
            Ok(()) => transaction.commit().await,
            Err(error) => Err(error),
        };
        if let Err(error) = committed {
            return self.fail(answers, &error).await;
        }
        if announce {
            self.appended.notify_one();
        }
        for answer in answers {
            let _ = answer.send(Ok(()));
        }
    }

    async fn fail(&mut self, answers: Vec<Answer>, error: &DbErr) {
        tracing::error!(%error, units = answers.len(), "a group of units of work could not be committed");
        self.discard().await;
        for answer in answers {
            let _ = answer.send(Err(store_error(error.clone())));
        }
    }

    /// Closes a connection whose transaction is in doubt, which undoes whatever it held.
    async fn discard(&mut self) {
        if let Some(connection) = self.connection.take() {
            let _ = connection.close().await;
        }
    }
}

impl Group {
    /// Lends the connection to a unit and waits until it is back. Fails with all who wait when the outer transaction is lost.
    async fn lend(mut self, asked: Asked) -> Result<Self, Lost> {
        if asked.is_closed() {
            return Ok(self);
        }
        if let Err(error) = self.transaction.execute_unprepared(self.before_next).await {
            let _ = asked.send(Err(store_error(error.clone())));
            return Err(Lost { answers: self.answers, error });
        }
        let (back, returned) = oneshot::channel();
        let _ = asked.send(Ok(Turn { lent: Some((self.transaction, back)) }));
        let Ok(Returned { transaction, kept }) = returned.await else {
            let error = DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed);
            return Err(Lost { answers: self.answers, error });
        };
        self.transaction = transaction;
        match kept {
            Some((answer, announce)) => {
                self.answers.push(answer);
                self.announce |= announce;
                self.before_next = KEEP;
            }
            None => self.before_next = UNDO,
        }
        Ok(self)
    }
}

/// An outer transaction that the database gave up, with those who wait for it.
struct Lost {
    answers: Vec<Answer>,
    error: DbErr,
}

#[cfg(test)]
mod tests;
