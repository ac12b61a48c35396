use cardkey_identity::{EndedSessions, SignedInDevice};
use serde::Serialize;
use utoipa::ToSchema;

/// A signed-in device.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    id: String,
    /// Whether it is the one that asks.
    current: bool,
    /// The client's own identifier of the device.
    device_id: Option<String>,
    device_name: Option<String>,
    device_type: Option<String>,
    browser: Option<String>,
    os: Option<String>,
    ip_address: Option<String>,
    location: Option<String>,
    /// 0 to 100.
    risk_score: u8,
    risk_reasons: Vec<String>,
    created_at: String,
    last_active_at: String,
    /// When it ends unless it is refreshed.
    expires_at: String,
}

impl SessionView {
    pub(crate) fn of(session: SignedInDevice, current: bool) -> Self {
        Self {
            id: session.id.to_string(),
            current,
            device_id: session.device.id,
            device_name: session.device.name,
            device_type: session.device.kind,
            browser: session.device.browser,
            os: session.device.os,
            ip_address: session.ip.map(|ip| ip.to_string()),
            location: session.location,
            risk_score: session.risk_score,
            risk_reasons: session.risk_reasons,
            created_at: session.created_at.to_string(),
            last_active_at: session.last_active_at.to_string(),
            expires_at: session.expires_at.to_string(),
        }
    }
}

/// The sessions that a call ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct EndedView {
    session_ids: Vec<String>,
}

impl From<EndedSessions> for EndedView {
    fn from(ended: EndedSessions) -> Self {
        Self { session_ids: ended.session_ids.iter().map(ToString::to_string).collect() }
    }
}
