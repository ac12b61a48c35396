use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
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
use super::tally::GroupSizes;
use super::turn::Turn;
use crate::connect::PATIENCE;
use crate::load::WriterLoad;

/// The one who writes to a SQLite file.
pub(crate) struct Writer {
    line: Arc<Line>,
}

/// Those who wait for the connection, and the connection while nobody has it.
pub(crate) struct Line {
    standing: Mutex<Standing>,
    errands: mpsc::UnboundedSender<Errand>,
    /// Whether a unit of the outer transaction was undone, perhaps since it lost a race to another one of it.
    lost: AtomicBool,
    ended: Notify,
    groups: GroupSizes,
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
        let (lost, ended) = (AtomicBool::new(false), Notify::new());
        let groups = GroupSizes::default();
        let line = Arc::new(Line { standing: Mutex::new(standing), errands, lost, ended, groups });
        let committed = Arc::new(Notify::new());
        let checkpoints = tokio::spawn(checkpoints::run(beside, Arc::clone(&committed)));
        let desk = Desk::new(pool, Arc::downgrade(&line), received, appended, committed);
        tokio::spawn(async move {
            desk.serve().await;
            checkpoints.abort();
        });
        Self { line }
    }

    /// Those who wait, for whoever reads beside them.
    pub(crate) fn line(&self) -> &Arc<Line> {
        &self.line
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

    /// How many wait, and how commits were shared.
    pub(crate) fn load(&self) -> WriterLoad {
        let waiting = self.standing().waiting.len();
        WriterLoad { waiting, groups: self.groups.classes(), units: self.groups.units() }
    }

    /// Counts a commit of so many units.
    pub(super) fn committed(&self, units: usize) {
        self.groups.count(units);
    }

    /// The one who has waited longest.
    pub(super) fn next(&self) -> Option<Asked> {
        self.standing().waiting.pop_front()
    }

    /// Ends an outer transaction: the connection, where it is still good, stays for the next one. Where somebody waits already, that is
    /// now.
    pub(super) fn rest(&self, pinned: Option<Pinned>) {
        self.lost.store(false, Ordering::SeqCst);
        self.ended.notify_waiters();
        let mut standing = self.standing();
        standing.idle = pinned;
        standing.open = !standing.waiting.is_empty();
        if standing.open {
            self.send(Errand::Open);
        }
    }

    /// Notes that a unit was undone. Whoever it belonged to will look again, and must see what it lost to: the outer transaction takes
    /// nobody else in, and reads wait for its end.
    pub(super) fn lose(&self) {
        self.lost.store(true, Ordering::SeqCst);
    }

    /// Whether a unit of the outer transaction was undone.
    pub(super) fn has_lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    /// Returns once nobody can have lost to something that is not durable yet.
    pub(super) async fn settled(&self) {
        loop {
            let ended = self.ended.notified();
            if !self.has_lost() {
                return;
            }
            ended.await;
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
