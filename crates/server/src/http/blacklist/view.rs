use std::collections::HashMap;

use cardkey_domain::{Timestamp, UserId};
use cardkey_licensing::model::BlacklistEntry;
use serde::Serialize;
use utoipa::ToSchema;

/// Something that is shut out, or was.
#[derive(Serialize, ToSchema)]
pub(crate) struct BlacklistView {
    id: String,
    /// `account`, `device`, `component` or `network`.
    kind: &'static str,
    value: String,
    reason: String,
    /// Whether it holds now.
    in_force: bool,
    until: Option<String>,
    created_by: Option<String>,
    created_by_name: Option<String>,
    created_at: String,
    lifted_at: Option<String>,
}

impl BlacklistView {
    pub(super) fn of(entry: &BlacklistEntry, names: &HashMap<UserId, String>, now: Timestamp) -> Self {
        Self {
            id: entry.id.to_string(),
            kind: entry.subject.kind(),
            value: entry.subject.value(),
            reason: entry.reason.to_string(),
            in_force: entry.lifted_at.is_none() && entry.until.is_none_or(|until| now < until),
            until: entry.until.map(|until| until.to_string()),
            created_by: entry.created_by.map(|id| id.to_string()),
            created_by_name: entry.created_by.and_then(|id| names.get(&id).cloned()),
            created_at: entry.created_at.to_string(),
            lifted_at: entry.lifted_at.map(|at| at.to_string()),
        }
    }
}
