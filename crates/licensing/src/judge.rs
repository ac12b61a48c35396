use cardkey_domain::Timestamp;
use semver::Version;

use crate::model::{AppStatus, CardKeyState};
use crate::{LicenceStanding, VerdictCode};

/// What a check found out about the one who asks, before the licence itself is looked at.
pub(crate) struct Findings<'a> {
    pub(crate) same_device: bool,
    pub(crate) shut_out: bool,
    pub(crate) version: Asked<'a>,
}

/// Whether the version matters, and what was told.
pub(crate) enum Asked<'a> {
    /// The app starts, and tells its version or does not.
    Running(Option<&'a Version>),
    /// The version was not asked for.
    NotAsked,
}

/// The answer about a licence on a device, short of what only a write can tell (uses) and of the proof of possession. The first reason
/// that applies is the answer.
pub(crate) fn judge(standing: &LicenceStanding, findings: &Findings<'_>, now: Timestamp) -> VerdictCode {
    if !findings.same_device {
        return VerdictCode::DeviceMismatch;
    }
    if standing.seat.is_none() {
        return VerdictCode::DeviceUnbound;
    }
    if let Some(code) = obstacle(standing, now) {
        return code;
    }
    if findings.shut_out {
        return VerdictCode::Blacklisted;
    }
    if too_old(standing.app.policy.minimum_version.as_ref(), &findings.version) {
        return VerdictCode::VersionTooOld;
    }
    if is_closed(standing, &findings.version, now) {
        return VerdictCode::Maintenance;
    }
    VerdictCode::Valid
}

fn obstacle(standing: &LicenceStanding, now: Timestamp) -> Option<VerdictCode> {
    if standing.app.status == AppStatus::Disabled {
        return Some(VerdictCode::AppDisabled);
    }
    if !standing.owner_active {
        return Some(VerdictCode::UserDisabled);
    }
    match standing.card_key_state {
        CardKeyState::Deleted => Some(VerdictCode::Deleted),
        CardKeyState::Disabled => Some(VerdictCode::Disabled),
        CardKeyState::Unused => Some(VerdictCode::Revoked),
        CardKeyState::Expired => Some(VerdictCode::Expired),
        CardKeyState::Activated if standing.licence.expires_at.is_some_and(|end| end <= now) => {
            Some(VerdictCode::Expired)
        }
        CardKeyState::Activated => None,
    }
}

/// Maintenance keeps those out who start; who runs already, and is not asked for a version, goes on (APP-06).
fn is_closed(standing: &LicenceStanding, version: &Asked<'_>, now: Timestamp) -> bool {
    matches!(version, Asked::Running(_)) && standing.app.closed(now).is_some()
}

fn too_old(minimum: Option<&Version>, version: &Asked<'_>) -> bool {
    match (minimum, version) {
        (None, _) | (_, Asked::NotAsked) => false,
        (Some(_), Asked::Running(None)) => true,
        (Some(minimum), Asked::Running(Some(version))) => *version < minimum,
    }
}

#[cfg(test)]
mod tests;
