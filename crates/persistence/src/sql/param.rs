use std::net::IpAddr;

use cardkey_domain::{
    AnnouncementId, AppId, AuditId, BatchId, BlacklistId, CardKeyId, DeviceId, EventId, GroupId, Id, LicenceId, SeatId,
    SessionId, SigningKeyId, Text, Timestamp, UserId,
};
use sea_orm::Value;
use sea_orm::sqlx::types::Uuid;

/// A value that can stand for a question mark. Numbers are 64 bits wide in every table, so that there is one kind of them.
pub(crate) trait Param {
    /// What stands for nothing; typed, as PostgreSQL wants it.
    const NULL: Value;
    /// The value as the driver takes it.
    fn value(self) -> Value;
}

impl<T: Param> Param for Option<T> {
    const NULL: Value = T::NULL;
    fn value(self) -> Value {
        self.map_or(T::NULL, T::value)
    }
}

macro_rules! param {
    ($($type:ty: $kind:ident = |$value:ident| $make:expr;)+) => {$(
        impl Param for $type {
            const NULL: Value = Value::$kind(None);
            fn value(self) -> Value {
                let $value = self;
                Value::$kind(Some($make))
            }
        }
    )+};
}

param! {
    bool: Bool = |value| value;
    i64: BigInt = |value| value;
    u8: BigInt = |value| i64::from(value);
    u32: BigInt = |value| i64::from(value);
    u64: BigInt = |value| i64::try_from(value).unwrap_or(i64::MAX);
    usize: BigInt = |value| i64::try_from(value).unwrap_or(i64::MAX);
    Timestamp: BigInt = |value| value.micros();
    &str: String = |value| value.to_owned();
    String: String = |value| value;
    &String: String = |value| value.clone();
    IpAddr: String = |value| value.to_string();
    Vec<u8>: Bytes = |value| value;
    &[u8]: Bytes = |value| value.to_vec();
    [u8; 32]: Bytes = |value| value.to_vec();
    Uuid: Uuid = |value| value;
}

impl<const MAX: usize> Param for &Text<MAX> {
    const NULL: Value = Value::String(None);
    fn value(self) -> Value {
        self.as_str().value()
    }
}

macro_rules! id_param {
    ($($id:ty),+ $(,)?) => {$(
        impl Param for $id {
            const NULL: Value = Value::Uuid(None);
            fn value(self) -> Value {
                self.uuid().value()
            }
        }
    )+};
}

id_param!(
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
