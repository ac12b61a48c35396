use cardkey_domain::{AppId, BlacklistSubject, DeviceId, LicenceId, UserId};
use cardkey_events::{Event, Happening};
use ipnet::IpNet;

use super::holder::{Credential, Holder};

/// Whose connections an event is about: they may have lost what let them in, or belong to other apps or groups now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Suspects {
    Account(UserId),
    Licence(LicenceId),
    LicencesOfApp(AppId),
    Device(DeviceId),
    Network(IpNet),
    /// Every connection that a licence let in: a part of a device is shut out, and connections do not know their devices' parts.
    Licences,
    Everybody,
}

impl Suspects {
    /// Whom an event is about, if any.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        match &event.happening {
            Happening::UserLogout { user_id, .. }
            | Happening::UserChanged { user_id }
            | Happening::UserPasswordChanged { user_id, .. }
            | Happening::SessionEnded { user_id, .. }
            | Happening::SessionTokenReuse { user_id, .. }
            | Happening::CardKeyActivated { user_id, .. } => Some(Self::Account(*user_id)),
            Happening::AppChanged { app_id } => Some(Self::LicencesOfApp(*app_id)),
            Happening::CardKeyDisabled { licence_id, .. }
            | Happening::CardKeyExpired { licence_id, .. }
            | Happening::CardKeyChanged { licence_id, .. } => licence_id.map(Self::Licence),
            Happening::DeviceUnbound { licence_id, .. } => Some(Self::Licence(*licence_id)),
            Happening::UserGroupChanged { .. } | Happening::UserGroupDeleted { .. } => Some(Self::Everybody),
            Happening::BlacklistAdded { subject, .. } => Some(match subject.parse() {
                Ok(BlacklistSubject::Account(user)) => Self::Account(user),
                Ok(BlacklistSubject::Device(device)) => Self::Device(device),
                Ok(BlacklistSubject::Network(network)) => Self::Network(network),
                Ok(BlacklistSubject::Component(_)) => Self::Licences,
                Err(_) => Self::Everybody,
            }),
            _ => None,
        }
    }

    /// Whether a connection is among them.
    pub(super) fn hold(&self, holder: &Holder) -> bool {
        match (self, holder.credential) {
            (Self::Everybody, _) | (Self::Licences, Credential::Licence { .. }) => true,
            (Self::Account(user), _) => holder.user == *user,
            (Self::Network(network), _) => holder.ip().is_some_and(|ip| network.contains(&ip.to_canonical())),
            (Self::Licence(suspect), Credential::Licence { licence, .. }) => licence == *suspect,
            (Self::LicencesOfApp(suspect), Credential::Licence { app, .. }) => app == *suspect,
            (Self::Device(suspect), Credential::Licence { device, .. }) => device == *suspect,
            (_, Credential::Session(_)) => false,
        }
    }
}
