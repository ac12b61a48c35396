use std::net::IpAddr;

use cardkey_domain::{AppId, DeviceId, LicenceId, SessionId, UserId};

/// Whose a connection is, and what lets it in.
#[derive(Debug, Clone)]
pub(super) struct Holder {
    pub(super) user: UserId,
    pub(super) credential: Credential,
    pub(super) ip: Option<IpAddr>,
}

/// What lets a connection in, for as long as it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credential {
    /// A session, by its access token or by a ticket.
    Session(SessionId),
    /// A licence on a device, by its verdict: it sees its owner's announcements, and of apps only its own's.
    Licence { licence: LicenceId, device: DeviceId, app: AppId },
}
