//! What can be wrong with one field: stable code and what people are told.

use std::borrow::Cow;

use cardkey_domain::{
    InvalidCardKey, InvalidEmail, InvalidPage, InvalidRoleName, InvalidText, InvalidTimestamp, InvalidUserName,
    PasswordRule,
};
use serde_json::Value;
use validator::{ValidationErrors, ValidationErrorsKind};

use super::error::Code;
use super::extract::Locale;
use super::problem::Problem;

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not there.
    Required,
    /// It is of another JSON type, or a number where text is needed.
    WrongType,
    /// It is none of the values there are.
    UnknownValue,
    /// It does not have the form it should have.
    Malformed,
    /// Nothing is left after trimming.
    Empty,
    /// Fewer characters or items.
    TooShort(u64),
    /// More characters or items.
    TooLong(u64),
    /// Outside these bounds, which belong to it.
    OutOfRange(i64, i64),
    /// It holds a control character.
    ControlCharacter,
    /// It is not the same as the field it should repeat.
    Mismatch,
    /// Not a user name.
    UserName,
    /// Not an email address.
    Email,
    /// Not an RFC 3339 time.
    Time,
    /// A time that has passed where one to come is needed.
    TimePassed,
    /// An end that does not come after the beginning.
    Reversed,
    /// A stretch of time that is longer than so many days.
    LongerThanDays(u32),
    /// A serial number that many devices share.
    IdentifiesNothing,
    /// A password that breaks this rule.
    Password(PasswordRule),
}

impl Fault {
    /// The stable code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::WrongType => "wrong_type",
            Self::UnknownValue => "unknown_value",
            Self::Malformed => "malformed",
            Self::Empty => "empty",
            Self::TooShort(_) => "too_short",
            Self::TooLong(_) => "too_long",
            Self::OutOfRange(..) => "out_of_range",
            Self::ControlCharacter => "control_character",
            Self::Mismatch => "mismatch",
            Self::UserName => "user_name.malformed",
            Self::Email => "email.malformed",
            Self::Time => "time.malformed",
            Self::TimePassed => "time.passed",
            Self::Reversed => "time.reversed",
            Self::LongerThanDays(_) => "time.too_long",
            Self::IdentifiesNothing => "identifies_nothing",
            Self::Password(rule) => rule.code(),
        }
    }

    /// What people are told.
    pub(crate) fn message(self, locale: Locale) -> Cow<'static, str> {
        match locale {
            Locale::Zh => self.in_chinese(),
            Locale::En => self.in_english(),
        }
    }

    fn in_chinese(self) -> Cow<'static, str> {
        match self {
            Self::Required => "必填".into(),
            Self::WrongType => "类型不正确".into(),
            Self::UnknownValue => "不是可选的值".into(),
            Self::Malformed => "格式不正确".into(),
            Self::Empty => "不能为空".into(),
            Self::TooShort(least) => format!("至少 {least} 个").into(),
            Self::TooLong(most) => format!("最多 {most} 个").into(),
            Self::OutOfRange(low, high) => format!("必须在 {low} 到 {high} 之间").into(),
            Self::ControlCharacter => "不能包含控制字符".into(),
            Self::Mismatch => "两次输入不一致".into(),
            Self::UserName => "用户名为 3 到 64 个字母、数字、点、短横或下划线".into(),
            Self::Email => "不是有效的邮箱地址".into(),
            Self::Time => "不是 RFC 3339 时间".into(),
            Self::TimePassed => "时间已过".into(),
            Self::Reversed => "结束时间必须晚于开始时间".into(),
            Self::LongerThanDays(days) => format!("时间跨度最长 {days} 天").into(),
            Self::IdentifiesNothing => "无法识别设备".into(),
            Self::Password(rule) => match rule {
                PasswordRule::TooShort => "密码至少 8 个字符",
                PasswordRule::TooLong => "密码最多 128 个字符",
                PasswordRule::NoUpper => "密码需要大写字母",
                PasswordRule::NoLower => "密码需要小写字母",
                PasswordRule::NoDigit => "密码需要数字",
                PasswordRule::NoSpecial => "密码需要特殊字符",
                PasswordRule::Common => "密码过于常见",
                PasswordRule::ContainsName => "密码不能与用户名或邮箱相近",
            }
            .into(),
        }
    }

    fn in_english(self) -> Cow<'static, str> {
        match self {
            Self::Required => "is required".into(),
            Self::WrongType => "is of the wrong type".into(),
            Self::UnknownValue => "is none of the known values".into(),
            Self::Malformed => "is malformed".into(),
            Self::Empty => "must not be empty".into(),
            Self::TooShort(least) => format!("must be at least {least} long").into(),
            Self::TooLong(most) => format!("must be at most {most} long").into(),
            Self::OutOfRange(low, high) => format!("must be {low} to {high}").into(),
            Self::ControlCharacter => "must not contain control characters".into(),
            Self::Mismatch => "is not the same as before".into(),
            Self::UserName => "must be 3 to 64 letters, digits, dots, dashes or underscores".into(),
            Self::Email => "is not an email address".into(),
            Self::Time => "is not an RFC 3339 time".into(),
            Self::TimePassed => "has passed".into(),
            Self::Reversed => "must be after the beginning".into(),
            Self::LongerThanDays(days) => format!("must leave a stretch of at most {days} days").into(),
            Self::IdentifiesNothing => "identifies no device".into(),
            Self::Password(rule) => match rule {
                PasswordRule::TooShort => "needs at least 8 characters",
                PasswordRule::TooLong => "may have at most 128 characters",
                PasswordRule::NoUpper => "needs an upper-case letter",
                PasswordRule::NoLower => "needs a lower-case letter",
                PasswordRule::NoDigit => "needs a digit",
                PasswordRule::NoSpecial => "needs a special character",
                PasswordRule::Common => "is too common",
                PasswordRule::ContainsName => "must not be mostly your name or address",
            }
            .into(),
        }
    }
}

/// What is wrong with a request, field by field. Empty means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Faults(Vec<(String, Fault)>);

impl Faults {
    /// A request with one fault.
    pub(crate) fn one(field: impl Into<String>, fault: impl Into<Fault>) -> Self {
        Self(vec![(field.into(), fault.into())])
    }

    /// Notes a fault.
    pub(crate) fn note(&mut self, field: impl Into<String>, fault: impl Into<Fault>) {
        self.0.push((field.into(), fault.into()));
    }

    /// Takes a parsed field, or notes what is wrong with it.
    pub(crate) fn take<T, E: Into<Fault>>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|fault| self.note(field, fault)).ok()
    }

    /// What was made of the fields, unless one of them was at fault. `make` answers `None` only where a field was.
    pub(crate) fn finish<T>(self, make: impl FnOnce() -> Option<T>) -> Result<T, Problem> {
        if self.0.is_empty() { make().ok_or_else(|| Problem::from(self)) } else { Err(self.into()) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Fault)> {
        self.0.iter().map(|(field, fault)| (field.as_str(), *fault))
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        Self::from(Code::ValidationFailed).with_faults(faults)
    }
}

impl From<InvalidText> for Fault {
    fn from(invalid: InvalidText) -> Self {
        match invalid {
            InvalidText::Empty => Self::Empty,
            InvalidText::TooLong(most) => Self::TooLong(most as u64),
            InvalidText::Control => Self::ControlCharacter,
        }
    }
}

impl From<InvalidUserName> for Fault {
    fn from(_: InvalidUserName) -> Self {
        Self::UserName
    }
}

impl From<InvalidEmail> for Fault {
    fn from(_: InvalidEmail) -> Self {
        Self::Email
    }
}

impl From<InvalidRoleName> for Fault {
    fn from(_: InvalidRoleName) -> Self {
        Self::Malformed
    }
}

impl From<InvalidTimestamp> for Fault {
    fn from(_: InvalidTimestamp) -> Self {
        Self::Time
    }
}

impl From<InvalidCardKey> for Fault {
    fn from(_: InvalidCardKey) -> Self {
        Self::Malformed
    }
}

impl From<InvalidPage> for Faults {
    fn from(invalid: InvalidPage) -> Self {
        match invalid {
            InvalidPage::Size => Self::one("page_size", Fault::OutOfRange(1, 100)),
            InvalidPage::Number => Self::one("page", Fault::OutOfRange(1, 100_000)),
            InvalidPage::Cursor => Self::one("cursor", Fault::Malformed),
        }
    }
}

impl From<ValidationErrors> for Faults {
    fn from(errors: ValidationErrors) -> Self {
        let mut faults = Self::default();
        note_all("", &errors, &mut faults);
        faults.0.sort_by(|(one, _), (other, _)| one.cmp(other));
        faults
    }
}

fn note_all(parent: &str, errors: &ValidationErrors, faults: &mut Faults) {
    for (field, kind) in errors.errors() {
        let path = if parent.is_empty() { field.to_string() } else { format!("{parent}.{field}") };
        match kind {
            ValidationErrorsKind::Struct(inner) => note_all(&path, inner, faults),
            ValidationErrorsKind::List(items) => {
                items.iter().for_each(|(index, inner)| note_all(&format!("{path}[{index}]"), inner, faults));
            }
            ValidationErrorsKind::Field(errors) => {
                errors.iter().for_each(|error| faults.note(path.as_str(), of_validator(&error.code, &error.params)));
            }
        }
    }
}

/// The codes of the `validator` crate, with the bounds it was given.
fn of_validator(code: &str, params: &std::collections::HashMap<Cow<'static, str>, Value>) -> Fault {
    let bound = |name: &str| params.get(name).and_then(Value::as_i64);
    match code {
        "length" => {
            let length = params.get("value").map_or(0, |value| match value {
                Value::String(text) => text.chars().count(),
                Value::Array(items) => items.len(),
                _ => 0,
            });
            let least = bound("min").or(bound("equal")).unwrap_or(0);
            let most = bound("max").or(bound("equal")).unwrap_or(i64::MAX);
            if i64::try_from(length).unwrap_or(i64::MAX) < least {
                Fault::TooShort(least.unsigned_abs())
            } else {
                Fault::TooLong(most.unsigned_abs())
            }
        }
        "range" => Fault::OutOfRange(bound("min").unwrap_or(i64::MIN), bound("max").unwrap_or(i64::MAX)),
        "required" => Fault::Required,
        "email" => Fault::Email,
        "must_match" => Fault::Mismatch,
        _ => Fault::Malformed,
    }
}

#[cfg(test)]
mod tests;
