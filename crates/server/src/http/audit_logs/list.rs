use actix_web::web::Data;
use cardkey_events::AuditEntry;
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::AuditLogQuery;
use crate::http::answer::List;
use crate::http::extract::{Pages, Query};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Serialize, ToSchema)]
pub(crate) struct AuditLogEntry {
    pub(super) id: String,
    /// When, in RFC 3339.
    pub(super) at: String,
    pub(super) user_id: Option<String>,
    /// The account's name at that time, `nobody`, or `system:` and a part of the system.
    pub(super) actor: String,
    pub(super) action: String,
    pub(super) target_kind: Option<String>,
    pub(super) target_id: Option<String>,
    pub(super) ip: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) request_id: String,
    pub(super) status: &'static str,
    pub(super) level: &'static str,
    pub(super) code: Option<String>,
    pub(super) details: serde_json::Value,
}

/// Lists rows of the audit log, newest first.
pub(crate) async fn list(
    services: Data<Services>,
    Query(query): Query<AuditLogQuery>,
    Pages(page): Pages,
) -> Result<List<AuditLogEntry>, Problem> {
    let filter = query.parse()?;
    let rows = services.audit.list(&filter, &page).await?;
    Ok(List::of(&page, rows, AuditLogEntry::from))
}

impl From<AuditEntry> for AuditLogEntry {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id.to_string(),
            at: entry.at.to_string(),
            user_id: entry.user_id.map(|id| id.to_string()),
            actor: entry.actor,
            action: entry.action,
            target_kind: entry.target_kind,
            target_id: entry.target_id,
            ip: entry.ip.map(|ip| ip.to_string()),
            user_agent: entry.user_agent,
            request_id: entry.request_id,
            status: entry.status.as_str(),
            level: entry.level.as_str(),
            code: entry.code,
            details: entry.details,
        }
    }
}
