use std::net::IpAddr;

use cardkey_domain::{AppId, DeviceId, LicenceId, SessionId, UserId};
use cardkey_events::Call;

/// Whose a connection is, and what lets it in.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub(crate) user: UserId,
    pub(crate) credential: Credential,
    /// The circumstances in which it came; what its client does later is done in them.
    pub(crate) call: Call,
}

/// What lets a connection in, for as long as it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A session, by its access token or by a ticket.
    Session(SessionId),
    /// A licence on a device, by its verdict: it sees its owner's announcements, and of apps only its own's.
    Licence { licence: LicenceId, device: DeviceId, app: AppId },
}

impl Holder {
    pub(super) fn ip(&self) -> Option<IpAddr> {
        self.call.ip
    }
}
