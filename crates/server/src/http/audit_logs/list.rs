use std::net::IpAddr;

use actix_web::web::Data;
use cardkey_audit::{AuditFilter, AuditTarget};
use cardkey_domain::{Text, Timestamp, UserId};
use cardkey_events::AuditEntry;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::answer::List;
use crate::http::extract::{Pages, Query};
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct AuditLogQuery {
    /// Done by this account.
    #[param(value_type = Option<String>)]
    user_id: Option<UserId>,
    /// An action (`card_key.activate`), or a noun for all of its actions (`card_key`).
    action: Option<String>,
    /// `kind:id`, an identifier alone, or a kind alone.
    target: Option<String>,
    /// DEBUG, INFO, WARNING, ERROR or CRITICAL.
    level: Option<String>,
    /// `ok`, `refused` or `failed`.
    status: Option<String>,
    /// From this address.
    ip: Option<String>,
    /// At or after this time (RFC 3339).
    from: Option<String>,
    /// Before this time (RFC 3339).
    to: Option<String>,
    /// A text in the actor, action, target, code, request id or details.
    q: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AuditLogEntry {
    id: String,
    /// When, in RFC 3339.
    at: String,
    user_id: Option<String>,
    /// The account's name at that time, `nobody`, or `system:` and a part of the system.
    actor: String,
    action: String,
    target_kind: Option<String>,
    target_id: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
    request_id: String,
    status: &'static str,
    level: &'static str,
    code: Option<String>,
    details: serde_json::Value,
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

impl AuditLogQuery {
    fn parse(self) -> Result<AuditFilter, Problem> {
        let mut faults = Faults::default();
        let one_of = |_| Fault::UnknownValue;
        let level = self.level.map(|level| faults.take("level", level.to_ascii_uppercase().parse().map_err(one_of)));
        let status = self.status.map(|status| faults.take("status", status.parse().map_err(one_of)));
        let ip = self.ip.map(|ip| faults.take("ip", ip.parse::<IpAddr>().map_err(|_| Fault::Malformed)));
        let from = self.from.map(|from| faults.take("from", Timestamp::parse(&from)));
        let to = self.to.map(|to| faults.take("to", Timestamp::parse(&to)));
        let action = faults.take("action", Text::<64>::parse_optional(self.action.as_deref()));
        let target = faults.take("target", Text::<100>::parse_optional(self.target.as_deref()));
        let text = faults.take("q", Text::<100>::parse_optional(self.q.as_deref()));
        faults.finish(|| {
            Some(AuditFilter {
                user_id: self.user_id,
                action: action?.map(|action| action.as_str().to_owned()),
                target: target?.map(|target| AuditTarget::parse(target.as_str())),
                level: level.flatten(),
                status: status.flatten(),
                ip: ip.flatten(),
                from: from.flatten(),
                to: to.flatten(),
                text: text?.map(|text| text.as_str().to_owned()),
            })
        })
    }
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
