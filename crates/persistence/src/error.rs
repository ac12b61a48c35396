//! The one place where a database's error becomes a [`StoreError`].

use cardkey_events::{Constraint, StoreError};
use sea_orm::sqlx::Error as SqlxError;
use sea_orm::sqlx::error::{DatabaseError, ErrorKind};
use sea_orm::sqlx::mysql::MySqlDatabaseError;
use sea_orm::{DbErr, RuntimeErr};

/// The unique indexes of `cardkey-migrations`: their name (as PostgreSQL and MySQL tell it), their columns (as SQLite tells them) and the
/// promise they keep.
const CONSTRAINTS: [(&str, &str, Constraint); 13] = [
    ("uq_users_name_key", "users.name_key", Constraint::UserName),
    ("uq_users_email_key", "users.email_key", Constraint::Email),
    ("uq_roles_name", "roles.name", Constraint::RoleName),
    ("uq_card_keys_code", "card_keys.code_hash", Constraint::CardKeyCode),
    ("uq_licences_card_key", "licences.card_key_id", Constraint::LicenceOfCardKey),
    ("uq_devices_fingerprint", "devices.fingerprint, devices.app_id", Constraint::DeviceFingerprint),
    ("uq_seats_device", "seats.licence_id, seats.held_device", Constraint::SeatDevice),
    ("uq_seats_number", "seats.licence_id, seats.held_number", Constraint::SeatNumber),
    ("uq_trials_app_device", "trials.app_id, trials.device_id", Constraint::Trial),
    ("uq_announcements_source", "announcements.source", Constraint::AnnouncementSource),
    ("uq_user_groups_name_key", "user_groups.name_key", Constraint::GroupName),
    ("uq_races_lost", "races.lost", Constraint::Stale),
    ("uq_receipts_scope_key", "receipts.scope, receipts.idempotency_key", Constraint::Receipt),
];

/// What a failed statement means to whoever asked for it.
pub(crate) fn store_error(error: DbErr) -> StoreError {
    match &error {
        DbErr::ConnectionAcquire(_) => StoreError::Unavailable(error.into()),
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => match cause.as_ref() {
            SqlxError::Database(told) if told.kind() == ErrorKind::UniqueViolation => {
                StoreError::Conflict(broken(told.as_ref()))
            }
            SqlxError::Database(told) if is_passing(told.as_ref()) => StoreError::Unavailable(error.into()),
            SqlxError::Io(_)
            | SqlxError::Tls(_)
            | SqlxError::PoolTimedOut
            | SqlxError::PoolClosed
            | SqlxError::WorkerCrashed
            | SqlxError::BeginFailed => StoreError::Unavailable(error.into()),
            _ => StoreError::Backend(error.into()),
        },
        _ => StoreError::Backend(error.into()),
    }
}

fn broken(told: &dyn DatabaseError) -> Constraint {
    let message = told.message();
    CONSTRAINTS
        .into_iter()
        .find(|(index, columns, _)| match told.constraint() {
            Some(name) => name == *index,
            None => message.ends_with(columns) || message.trim_end_matches('\'').ends_with(index),
        })
        .map_or(Constraint::Other, |(_, _, constraint)| constraint)
}

/// Whether trying again may help: deadlocks, serialisation failures, waits that were cut off, a server that is going or full.
fn is_passing(told: &dyn DatabaseError) -> bool {
    if let Some(mysql) = told.try_downcast_ref::<MySqlDatabaseError>() {
        // Row changed since it was read; too many connections; shutdown; server gone; lock wait timeout; deadlock; read-only server; query interrupted; timeout;
        // certification failure of a cluster.
        return matches!(
            mysql.number(),
            1020 | 1040 | 1053 | 1158..=1161 | 1203 | 1205 | 1213 | 1290 | 1317 | 1969 | 3024 | 3101
        );
    }
    let code = told.code().unwrap_or_default();
    match code.parse::<u32>() {
        // SQLite's extended codes end in the primary one: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN.
        Ok(number) if code.len() < 5 => matches!(number & 0xFF, 5 | 6 | 8 | 10 | 13 | 14),
        // SQLSTATE: connection exceptions, transaction rollbacks, resources, operator intervention, lock_not_available.
        _ => {
            ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)) || matches!(&*code, "55P03" | "25006")
        }
    }
}

#[cfg(test)]
mod tests;
