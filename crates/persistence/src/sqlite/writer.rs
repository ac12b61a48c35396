use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cardkey_events::StoreError;
use sea_orm::DatabaseConnection;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;

use super::checkpoints;
use super::desk::{Desk, Errand};
use super::gone;
use super::group::Group;
use super::pinned::Pinned;
use super::turn::Turn;
use crate::connect::PATIENCE;

/// The one who writes to a SQLite file.
pub(crate) struct Writer {
    line: Arc<Line>,
}

/// Those who wait for the connection, and the connection while nobody has it.
pub(super) struct Line {
    standing: Mutex<Standing>,
    errands: mpsc::UnboundedSender<Errand>,
}

struct Standing {
    waiting: VecDeque<Asked>,
    idle: Option<Pinned>,
    /// Whether an outer transaction is open, or about to be.
    open: bool,
}

/// Somebody who waits for a turn.
pub(super) type Asked = oneshot::Sender<Result<Turn, StoreError>>;

impl Writer {
    /// Takes over two pools of one connection each: what writes, and what takes checkpoints. `appended` is notified after each commit
    /// that appended to the outbox.
    pub(crate) fn start(pool: DatabaseConnection, beside: DatabaseConnection, appended: Arc<Notify>) -> Self {
        let (errands, received) = mpsc::unbounded_channel();
        let standing = Standing { waiting: VecDeque::new(), idle: None, open: false };
        let line = Arc::new(Line { standing: Mutex::new(standing), errands });
        let committed = Arc::new(Notify::new());
        let checkpoints = tokio::spawn(checkpoints::run(beside, Arc::clone(&committed)));
        let desk = Desk::new(pool, Arc::downgrade(&line), received, appended, committed);
        tokio::spawn(async move {
            desk.serve().await;
            checkpoints.abort();
        });
        Self { line }
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) -> Result<Turn, StoreError> {
        let turn = match self.line.enter() {
            Entered::First(pinned) => return Ok(Turn::of(Group::new(pinned, Arc::clone(&self.line)))),
            Entered::Waiting(turn) => turn,
        };
        match timeout(PATIENCE, turn).await {
            Ok(turn) => turn.map_err(|_| gone())?,
            Err(_) => Err(StoreError::Unavailable("no turn to write came in time".into())),
        }
    }
}

enum Entered {
    First(Pinned),
    Waiting(oneshot::Receiver<Result<Turn, StoreError>>),
}

impl Line {
    fn enter(&self) -> Entered {
        let mut standing = self.standing();
        if !standing.open {
            standing.open = true;
            match standing.idle.take() {
                Some(pinned) => return Entered::First(pinned),
                None => self.send(Errand::Open),
            }
        }
        let (asked, turn) = oneshot::channel();
        standing.waiting.push_back(asked);
        Entered::Waiting(turn)
    }

    /// The one who has waited longest.
    pub(super) fn next(&self) -> Option<Asked> {
        self.standing().waiting.pop_front()
    }

    /// Ends an outer transaction: the connection, where it is still good, stays for the next one. Where somebody waits already, that is
    /// now.
    pub(super) fn rest(&self, pinned: Option<Pinned>) {
        let mut standing = self.standing();
        standing.idle = pinned;
        standing.open = !standing.waiting.is_empty();
        if standing.open {
            self.send(Errand::Open);
        }
    }

    /// The connection while nobody has it.
    pub(super) fn take_idle(&self) -> Option<Pinned> {
        self.standing().idle.take()
    }

    /// Leaves something to the desk.
    pub(super) fn send(&self, errand: Errand) {
        // The desk ends only after everybody who could send it anything.
        let _ = self.errands.send(errand);
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
