use std::sync::{Mutex, MutexGuard, PoisonError};

use cardkey_events::StoreError;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Statement};
use tokio::sync::oneshot;

use super::desk::Errand;
use super::gone;
use super::group::Group;
use super::step::Step;
use crate::error::store_error;

/// The connection in the hands of one unit of work. Dropping it undoes the unit.
pub(crate) struct Turn {
    group: Option<Group>,
    state: Mutex<State>,
}

/// How far a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It did nothing; the step before it is still to be taken.
    Fresh,
    /// Its first statement is under way, and the step with it.
    Starting,
    /// It is in its savepoint.
    Started,
    /// A statement failed in a way that may have ended the outer transaction; nothing more is taken from it.
    Broken,
}

impl Turn {
    pub(super) fn of(group: Group) -> Self {
        Self { group: Some(group), state: Mutex::new(State::Fresh) }
    }

    /// What was lent, from a turn that nobody got to see.
    pub(super) fn into_group(mut self) -> Option<Group> {
        self.group.take()
    }

    /// Runs a statement; returns how many rows it changed.
    pub(crate) async fn execute(&self, statement: Statement) -> Result<u64, StoreError> {
        let on = self.on()?;
        let Some(step) = self.start()? else {
            return self.judge(on.execute_raw(statement).await.map(|done| done.rows_affected()));
        };
        // The changes of the statement alone: those that the driver adds up would hold what the step's left behind.
        let counted = Statement { sql: format!("{step}; {}; SELECT changes() AS n", statement.sql), ..statement };
        let changed =
            on.query_one_raw(counted).await.and_then(|row| row.map_or(Ok(0), |row| row.try_get_by::<i64, _>("n")));
        self.judge(changed.map(i64::unsigned_abs))
    }

    /// The first row of a query.
    pub(crate) async fn first(&self, statement: Statement) -> Result<Option<QueryResult>, StoreError> {
        let statement = self.started(statement)?;
        self.judge(self.on()?.query_one_raw(statement).await)
    }

    /// Every row of a query.
    pub(crate) async fn every(&self, statement: Statement) -> Result<Vec<QueryResult>, StoreError> {
        let statement = self.started(statement)?;
        self.judge(self.on()?.query_all_raw(statement).await)
    }

    /// Ends the unit; returns once it is durable. `announce` says that the outbox holds something new.
    pub(crate) async fn commit(mut self, announce: bool) -> Result<(), StoreError> {
        let state = *self.state();
        if matches!(state, State::Starting | State::Broken) {
            return Err(given_up());
        }
        let mut group = self.group.take().ok_or_else(gone)?;
        if state == State::Started {
            group.step = Step::Keep(group.step.savepoint());
        }
        let (answer, durable) = oneshot::channel();
        group.answers.push(answer);
        group.announce |= announce;
        group.pass_on();
        durable.await.map_err(|_| gone())?
    }

    fn on(&self) -> Result<&DatabaseTransaction, StoreError> {
        self.group.as_ref().map(|group| group.pinned.on()).ok_or_else(gone)
    }

    /// The statement, behind the step that is still to be taken.
    fn started(&self, statement: Statement) -> Result<Statement, StoreError> {
        Ok(match self.start()? {
            Some(step) => Statement { sql: format!("{step}; {}", statement.sql), ..statement },
            None => statement,
        })
    }

    /// The step that must go with the next statement.
    fn start(&self) -> Result<Option<&'static str>, StoreError> {
        let mut state = self.state();
        match *state {
            State::Started => Ok(None),
            State::Starting | State::Broken => Err(given_up()),
            State::Fresh => {
                *state = State::Starting;
                Ok(self.group.as_ref().map(|group| group.step.sql()))
            }
        }
    }

    /// A broken promise is the unit's own affair; any other failure may be everybody's.
    fn judge<T>(&self, result: Result<T, DbErr>) -> Result<T, StoreError> {
        let result = result.map_err(store_error);
        *self.state() = match &result {
            Ok(_) | Err(StoreError::Conflict(_)) => State::Started,
            Err(_) => State::Broken,
        };
        result
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let state = *self.state();
        let Some(mut group) = self.group.take() else { return };
        if state != State::Fresh {
            group.line.lose();
        }
        match state {
            State::Fresh => group.pass_on(),
            State::Started => {
                group.step = Step::Undo(group.step.savepoint());
                group.pass_on();
            }
            State::Starting | State::Broken => group.line.clone().send(Errand::Resolve(group)),
        }
    }
}

fn given_up() -> StoreError {
    StoreError::Unavailable("the unit of work was given up".into())
}
