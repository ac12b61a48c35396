use std::net::IpAddr;

use cardkey_audit::{AuditFilter, AuditTarget};
use cardkey_domain::{Text, Timestamp, UserId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;

/// Which rows are wanted; everything given must agree.
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

impl AuditLogQuery {
    pub(super) fn parse(self) -> Result<AuditFilter, Problem> {
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
