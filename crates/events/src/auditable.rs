use std::fmt;

use cardkey_domain::{
    AnnouncementId, AppId, AuditId, BatchId, BlacklistId, BlacklistSubject, CardKeyId, DeviceId, Email, EventId,
    GroupId, LicenceId, MaskedCardKey, Permission, RoleName, SeatId, SessionId, SigningKeyId, Text, Timestamp, UserId,
    UserName, Validity,
};
use serde_json::Value;

/// A value that may stand in an audit row. Only this module makes one, and only of types that cannot hold a secret: numbers, words of the
/// program, times, identifiers, and texts that were parsed as what people call things by. There is no way from a `String`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact(Value);

/// What may be said of a deed. A type that is made of others implements it by naming each of them ([`Fact::fields`]), so a field added to
/// it later stays out until somebody puts it in.
///
/// What could hold a secret has no such form, and so what it holds cannot get into the audit log:
///
/// ```compile_fail,E0277
/// use cardkey_domain::Password;
/// use cardkey_events::Deed;
///
/// let _ = Deed::done("user.login").with("password", Password::new("Correct-Horse-7".to_owned()));
/// ```
///
/// ```compile_fail,E0277
/// let _ = cardkey_events::Deed::done("user.login").with("header", String::from("Bearer …"));
/// ```
pub trait Auditable {
    /// The value as the row keeps it.
    fn fact(&self) -> Fact;
}

impl Fact {
    /// Nothing.
    pub const NONE: Self = Self(Value::Null);

    /// A word of the program: the name of a state, a kind, a code.
    #[must_use]
    pub fn word(word: &'static str) -> Self {
        Self(word.into())
    }

    /// Several facts under names of their own. Those that are [`Fact::NONE`] are left out.
    #[must_use]
    pub fn fields<const N: usize>(fields: [(&'static str, Self); N]) -> Self {
        let told = fields.into_iter().filter(|(_, fact)| *fact != Self::NONE);
        Self(Value::Object(told.map(|(name, fact)| (name.to_owned(), fact.0)).collect()))
    }

    /// Several facts of one kind.
    pub fn list<T: Auditable>(items: impl IntoIterator<Item = T>) -> Self {
        Self(Value::Array(items.into_iter().map(|item| item.fact().0).collect()))
    }

    pub(crate) fn into_value(self) -> Value {
        self.0
    }
}

impl Auditable for Fact {
    fn fact(&self) -> Fact {
        self.clone()
    }
}

impl<T: Auditable> Auditable for &T {
    fn fact(&self) -> Fact {
        (**self).fact()
    }
}

impl<T: Auditable> Auditable for Option<T> {
    fn fact(&self) -> Fact {
        self.as_ref().map_or(Fact::NONE, T::fact)
    }
}

impl<T: Auditable> Auditable for Vec<T> {
    fn fact(&self) -> Fact {
        Fact::list(self)
    }
}

impl<T: Auditable> Auditable for &[T] {
    fn fact(&self) -> Fact {
        Fact::list(*self)
    }
}

impl<T: Auditable, const N: usize> Auditable for [T; N] {
    fn fact(&self) -> Fact {
        Fact::list(self)
    }
}

/// A literal; the name of something in the program.
impl Auditable for &'static str {
    fn fact(&self) -> Fact {
        Fact::word(self)
    }
}

/// What people wrote for people to read.
impl<const MAX: usize> Auditable for Text<MAX> {
    fn fact(&self) -> Fact {
        Fact(self.as_str().into())
    }
}

macro_rules! auditable {
    ($($type:ty),+ $(,)?) => {$(
        impl Auditable for $type {
            fn fact(&self) -> Fact {
                Fact(serde_json::to_value(self).unwrap_or_default())
            }
        }
    )+};
}

// No bytes: a list of them is how keys look.
auditable!(bool, u32, u64, usize, i64, Timestamp, Validity, BlacklistSubject, UserName, Email, RoleName);
auditable!(AnnouncementId, AppId, AuditId, BatchId, BlacklistId, CardKeyId, DeviceId, EventId, GroupId);
auditable!(LicenceId, SeatId, SessionId, SigningKeyId, UserId);

impl Auditable for Permission {
    fn fact(&self) -> Fact {
        Fact::word(self.as_str())
    }
}

impl Auditable for MaskedCardKey {
    fn fact(&self) -> Fact {
        Fact(self.to_string().into())
    }
}

/// What a deed was done to, as it stands in a path. Somebody may have put anything there, a card key in clear among them, so only what
/// has the form of an identifier or of a role's name is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

impl Reference {
    /// Reads a UUID; or the name of a role, where `kind` is that of roles.
    #[must_use]
    pub fn parse(kind: &str, text: &str) -> Option<Self> {
        let id = text.parse::<EventId>().map(|id| id.to_string());
        match id {
            Ok(id) => Some(Self(id)),
            Err(_) if kind == "role" => RoleName::parse(text).ok().map(|name| Self(name.as_str().to_owned())),
            Err(_) => None,
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Auditable for Reference {
    fn fact(&self) -> Fact {
        Fact(self.0.clone().into())
    }
}

#[cfg(test)]
mod tests;
