use std::net::IpAddr;

use cardkey_domain::{Timestamp, UserId};
use cardkey_events::{AuditEntry, AuditLevel, AuditStatus};
use uuid::Uuid;

/// Which rows of the audit log are wanted; every field that is set must agree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// Done by this account.
    pub user_id: Option<UserId>,
    /// This action (`card_key.activate`), or every action of this noun (`card_key`).
    pub action: Option<String>,
    /// Done to this.
    pub target: Option<AuditTarget>,
    /// Of exactly this level.
    pub level: Option<AuditLevel>,
    /// That ended this way.
    pub status: Option<AuditStatus>,
    /// From this address.
    pub ip: Option<IpAddr>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// With this text, whatever its case, in the actor, action, target, code, request id or details.
    pub text: Option<String>,
}

/// What something was done to: one thing, or every thing of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditTarget {
    /// The kind of thing.
    pub kind: Option<String>,
    /// Which one.
    pub id: Option<String>,
}

impl AuditTarget {
    /// Reads `kind:id`, an identifier alone, or a kind alone.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some((kind, id)) => Self { kind: Some(kind.to_owned()), id: Some(id.to_owned()) },
            None if Uuid::try_parse(text).is_ok() => Self { kind: None, id: Some(text.to_ascii_lowercase()) },
            None => Self { kind: Some(text.to_owned()), id: None },
        }
    }

    fn agrees(&self, entry: &AuditEntry) -> bool {
        agrees(self.kind.as_ref(), entry.target_kind.as_ref()) && agrees(self.id.as_ref(), entry.target_id.as_ref())
    }
}

impl AuditFilter {
    /// Whether a row passes. The meaning that every store must reproduce.
    #[must_use]
    pub fn agrees(&self, entry: &AuditEntry) -> bool {
        agrees(self.user_id.as_ref(), entry.user_id.as_ref())
            && self.action.as_ref().is_none_or(|wanted| is_action(wanted, &entry.action))
            && self.target.as_ref().is_none_or(|target| target.agrees(entry))
            && self.level.is_none_or(|level| level == entry.level)
            && self.status.is_none_or(|status| status == entry.status)
            && agrees(self.ip.as_ref(), entry.ip.as_ref())
            && self.from.is_none_or(|from| entry.at >= from)
            && self.to.is_none_or(|to| entry.at < to)
            && self.text.as_ref().is_none_or(|text| holds_text(entry, &text.to_lowercase()))
    }
}

fn agrees<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
    wanted.is_none() || wanted == found
}

fn is_action(wanted: &str, found: &str) -> bool {
    found == wanted || found.split('.').next() == Some(wanted)
}

fn holds_text(entry: &AuditEntry, text: &str) -> bool {
    let details = entry.details.to_string();
    [
        Some(&entry.actor),
        Some(&entry.action),
        entry.target_id.as_ref(),
        entry.code.as_ref(),
        Some(&entry.request_id),
        Some(&details),
    ]
    .into_iter()
    .flatten()
    .any(|field| field.to_lowercase().contains(text))
}

#[cfg(test)]
mod tests;
