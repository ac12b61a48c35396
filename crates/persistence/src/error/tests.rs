use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use cardkey_events::{Constraint, StoreError};
use sea_orm::sqlx::Error as SqlxError;
use sea_orm::sqlx::error::{DatabaseError, ErrorKind};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};

use super::store_error;

#[derive(Debug)]
struct Told {
    message: &'static str,
    code: &'static str,
    constraint: Option<&'static str>,
    unique: bool,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl Error for Told {}

impl DatabaseError for Told {
    fn message(&self) -> &str {
        self.message
    }
    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.into())
    }
    fn constraint(&self) -> Option<&str> {
        self.constraint
    }
    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }
    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }
    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }
    fn kind(&self) -> ErrorKind {
        if self.unique { ErrorKind::UniqueViolation } else { ErrorKind::Other }
    }
}

fn mapped(told: Told) -> StoreError {
    store_error(DbErr::Exec(RuntimeErr::SqlxError(SqlxError::Database(Box::new(told)).into())))
}

fn broken(message: &'static str, constraint: Option<&'static str>) -> StoreError {
    mapped(Told { message, code: "", constraint, unique: true })
}

fn coded(code: &'static str) -> StoreError {
    mapped(Told { message: "", code, constraint: None, unique: false })
}

// OPS-02
#[test]
fn each_database_tells_a_broken_promise_in_its_own_way() {
    let sqlite = broken("UNIQUE constraint failed: seats.licence_id, seats.held_number", None);
    let postgres = broken("duplicate key value violates unique constraint", Some("uq_seats_number"));
    let mysql = broken("Duplicate entry 'x' for key 'seats.uq_seats_number'", None);
    for error in [sqlite, postgres, mysql] {
        assert!(error.is_conflict(Constraint::SeatNumber), "{error:?}");
    }
}

// SEC-05
#[test]
fn a_value_that_names_another_index_misleads_nobody() {
    let error = broken("Duplicate entry 'uq_seats_number' for key 'uq_users_name_key'", None);
    assert!(error.is_conflict(Constraint::UserName), "{error:?}");
}

#[test]
fn a_promise_without_a_name_is_some_other() {
    assert!(broken("UNIQUE constraint failed: outbox.id", None).is_conflict(Constraint::Other));
}

// NFR-02
#[test]
fn what_may_pass_is_unavailable_and_the_rest_is_a_fault() {
    for code in ["5", "517", "13", "40P01", "40001", "55P03", "57P01", "08006", "53300"] {
        assert!(matches!(coded(code), StoreError::Unavailable(_)), "{code}");
    }
    for code in ["1", "19", "787", "22001", "23503", "42P01"] {
        assert!(matches!(coded(code), StoreError::Backend(_)), "{code}");
    }
    let full = store_error(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout));
    assert!(matches!(full, StoreError::Unavailable(_)));
}
