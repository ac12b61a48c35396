use std::sync::{Arc, Weak};

use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::{Notify, mpsc};

use super::group::{Answer, Group};
use super::pinned::Pinned;
use super::step::Step;
use super::writer::Line;
use crate::error::store_error;

/// What the desk is asked to do.
pub(super) enum Errand {
    /// Open an outer transaction for those who wait.
    Open,
    /// Commit one and answer.
    Close(Group),
    /// Find out where a unit was given up, undo it and go on.
    Resolve(Group),
}

/// The task behind a [`super::Writer`]: does what must not be cancelled with a caller.
pub(super) struct Desk {
    pool: DatabaseConnection,
    line: Weak<Line>,
    errands: mpsc::UnboundedReceiver<Errand>,
    appended: Arc<Notify>,
    committed: Arc<Notify>,
}

impl Desk {
    pub(super) fn new(
        pool: DatabaseConnection,
        line: Weak<Line>,
        errands: mpsc::UnboundedReceiver<Errand>,
        appended: Arc<Notify>,
        committed: Arc<Notify>,
    ) -> Self {
        Self { pool, line, errands, appended, committed }
    }

    pub(super) async fn serve(mut self) {
        while let Some(errand) = self.errands.recv().await {
            match errand {
                Errand::Open => self.open().await,
                Errand::Close(group) => self.close(group).await,
                Errand::Resolve(group) => self.resolve(group).await,
            }
        }
    }

    async fn open(&self) {
        let Some(line) = self.line.upgrade() else { return };
        let opened = match line.take_idle() {
            Some(pinned) => Ok(pinned),
            None => Pinned::open(&self.pool).await,
        };
        match opened {
            Ok(pinned) => Group::new(pinned, line).pass_on(),
            Err(error) => {
                if let Some(asked) = line.next() {
                    let _ = asked.send(Err(store_error(error)));
                }
                line.rest(None);
            }
        }
    }

    async fn close(&self, group: Group) {
        let Group { pinned, line, step, answers, announce, .. } = group;
        let ended = match (step, answers.is_empty()) {
            (Step::Begin, _) => Ok(()),
            (_, true) => pinned.run("ROLLBACK").await,
            (Step::Undo(_), false) => pinned.run(&format!("{}; COMMIT", step.sql())).await,
            (Step::Keep(_) | Step::Start(_), false) => pinned.run("COMMIT").await,
        };
        if let Err(error) = ended {
            return give_up(pinned, &line, answers, &error).await;
        }
        self.committed.notify_one();
        if announce {
            self.appended.notify_one();
        }
        if !answers.is_empty() {
            line.committed(answers.len());
        }
        for answer in answers {
            let _ = answer.send(Ok(()));
        }
        line.rest(Some(pinned));
    }

    /// A unit was given up while its first statement was under way, or after one that may have cost everybody the outer transaction.
    /// Its savepoint tells: where it stands, the unit goes back to it.
    async fn resolve(&self, mut group: Group) {
        let step = group.step;
        let savepoint = step.savepoint();
        match group.pinned.run(Step::Undo(savepoint).sql()).await {
            Ok(()) => group.step = Step::Undo(savepoint),
            Err(_) if step == Step::Begin => {
                // It did not come to a savepoint, perhaps not to a transaction.
                let _ = group.pinned.run("ROLLBACK").await;
            }
            Err(error) => {
                if matches!(step, Step::Undo(_)) || !is_in_transaction(&group.pinned).await {
                    let Group { pinned, line, answers, .. } = group;
                    return give_up(pinned, &line, answers, &error).await;
                }
                // The unit before is perhaps kept already.
                if let Step::Keep(before) = step {
                    let _ = group.pinned.run(Step::release(before)).await;
                }
                group.step = Step::Start(savepoint);
            }
        }
        group.pass_on();
    }
}

/// SQLite begins no transaction within another.
async fn is_in_transaction(pinned: &Pinned) -> bool {
    pinned.run("BEGIN").await.is_err()
}

/// The outer transaction is lost: everybody hears of it, and the connection is not used again.
async fn give_up(pinned: Pinned, line: &Line, answers: Vec<Answer>, error: &DbErr) {
    tracing::error!(%error, units = answers.len(), "a group of units of work could not be committed");
    for answer in answers {
        let _ = answer.send(Err(store_error(error.clone())));
    }
    let _ = pinned.run("ROLLBACK").await;
    drop(pinned);
    line.rest(None);
}
