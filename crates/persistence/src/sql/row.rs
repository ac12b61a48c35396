use std::net::IpAddr;
use std::str::FromStr;

use cardkey_domain::{
    AnnouncementId, AppId, AuditId, BatchId, BlacklistId, CardKeyId, DeviceId, EventId, GroupId, Id, LicenceId, SeatId,
    SessionId, SigningKeyId, Text, Timestamp, UserId,
};
use cardkey_events::StoreError;
use sea_orm::sqlx::types::Uuid;
use sea_orm::{QueryResult, TryGetable};

use crate::error::store_error;

/// A row of a result, whose columns are read as values of the domain. What cannot be read back is a damaged row.
pub(crate) struct Row {
    result: QueryResult,
    prefix: &'static str,
}

impl Row {
    pub(super) fn new(result: QueryResult) -> Self {
        Self { result, prefix: "" }
    }

    /// The same row, read by the names of the columns of one of the tables it was joined from. See [`super::columns`].
    pub(crate) fn under(&mut self, prefix: &'static str) -> &Self {
        self.prefix = prefix;
        self
    }

    /// A column that is never empty.
    pub(crate) fn get<T: Field>(&self, column: &str) -> Result<T, StoreError> {
        T::read(self, column)?.ok_or_else(|| damaged(column))
    }

    /// A column that may be empty.
    pub(crate) fn opt<T: Field>(&self, column: &str) -> Result<Option<T>, StoreError> {
        T::read(self, column)
    }

    /// A text of a fixed vocabulary.
    pub(crate) fn word<T: FromStr>(&self, column: &str) -> Result<T, StoreError> {
        parse(&self.get::<String>(column)?, column)
    }

    /// A text of a fixed vocabulary, or nothing.
    pub(crate) fn opt_word<T: FromStr>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.opt::<String>(column)?.map(|text| parse(&text, column)).transpose()
    }

    fn raw<T: TryGetable>(&self, column: &str) -> Result<Option<T>, StoreError> {
        let found = match self.prefix {
            "" => self.result.try_get_by::<Option<T>, _>(column),
            prefix => self.result.try_get_by::<Option<T>, _>(format!("{prefix}_{column}").as_str()),
        };
        found.map_err(store_error)
    }
}

/// Reads a text that our own code wrote.
fn parse<T: FromStr>(text: &str, column: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| damaged(column))
}

fn damaged(column: &str) -> StoreError {
    StoreError::damaged(format!("column {column} holds what it cannot"))
}

/// A value that can be read from a column.
pub(crate) trait Field: Sized {
    /// The value, or nothing where the column is empty.
    fn read(row: &Row, column: &str) -> Result<Option<Self>, StoreError>;
}

macro_rules! field {
    ($($type:ty: $raw:ty = |$value:ident| $make:expr;)+) => {$(
        impl Field for $type {
            fn read(row: &Row, column: &str) -> Result<Option<Self>, StoreError> {
                let Some($value) = row.raw::<$raw>(column)? else { return Ok(None) };
                $make.map(Some).ok_or_else(|| damaged(column))
            }
        }
    )+};
}

field! {
    bool: bool = |value| Some(value);
    i64: i64 = |value| Some(value);
    u8: i64 = |value| u8::try_from(value).ok();
    u32: i64 = |value| u32::try_from(value).ok();
    u64: i64 = |value| u64::try_from(value).ok();
    Timestamp: i64 = |value| Some(Timestamp::from_micros(value));
    String: String = |value| Some(value);
    IpAddr: String = |value| value.parse().ok();
    Vec<u8>: Vec<u8> = |value| Some(value);
    [u8; 32]: Vec<u8> = |value| value.try_into().ok();
    Uuid: Uuid = |value| Some(value);
}

impl<const MAX: usize> Field for Text<MAX> {
    fn read(row: &Row, column: &str) -> Result<Option<Self>, StoreError> {
        let Some(text) = row.raw::<String>(column)? else { return Ok(None) };
        Self::parse(&text).map(Some).map_err(|_| damaged(column))
    }
}

macro_rules! id_field {
    ($($id:ty),+ $(,)?) => {$(
        impl Field for $id {
            fn read(row: &Row, column: &str) -> Result<Option<Self>, StoreError> {
                Ok(row.raw::<Uuid>(column)?.map(<$id>::from_uuid))
            }
        }
    )+};
}

id_field!(
    AnnouncementId,
    AppId,
    AuditId,
    BatchId,
    BlacklistId,
    CardKeyId,
    DeviceId,
    EventId,
    GroupId,
    LicenceId,
    SeatId,
    SessionId,
    SigningKeyId,
    UserId
);
