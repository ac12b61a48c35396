use std::fmt;
use std::str::FromStr;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A named right. A route states the one it needs; a role is a set of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission {
            $($(#[$doc])* $name),+
        }

        impl Permission {
            /// Every permission there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The name on the wire and in the database.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text),+
                }
            }
        }
    };
}

permissions! {
    /// See applications.
    AppsRead = "apps:read",
    /// Register and change applications.
    AppsWrite = "apps:write",
    /// Put an application into maintenance and out of it.
    AppsMaintain = "apps:maintain",
    /// Rotate an application's signing key.
    AppsRotateKeys = "apps:rotate_keys",
    /// List card keys and batches, masked.
    CardKeysRead = "card_keys:read",
    /// Generate card keys.
    CardKeysGenerate = "card_keys:generate",
    /// Export card keys in clear.
    CardKeysExport = "card_keys:export",
    /// See one card key in clear.
    CardKeysReveal = "card_keys:reveal",
    /// Disable, enable, extend, transfer, unbind, delete and restore card keys.
    CardKeysWrite = "card_keys:write",
    /// See devices.
    DevicesRead = "devices:read",
    /// See the blacklist.
    BlacklistRead = "blacklist:read",
    /// Add to and lift from the blacklist.
    BlacklistWrite = "blacklist:write",
    /// See accounts and roles.
    UsersRead = "users:read",
    /// Create, edit and disable accounts, and give roles.
    UsersWrite = "users:write",
    /// Make, change and delete custom roles.
    RolesWrite = "roles:write",
    /// See and end anybody's sessions.
    SessionsRevoke = "sessions:revoke",
    /// See groups of accounts and who is in them.
    GroupsRead = "groups:read",
    /// Make, rename, fill and delete groups of accounts.
    GroupsWrite = "groups:write",
    /// See announcements, drafts among them, and who has taken note.
    AnnouncementsRead = "announcements:read",
    /// Write and edit announcements that are not published yet.
    AnnouncementsWrite = "announcements:write",
    /// Publish announcements and take them back.
    AnnouncementsPublish = "announcements:publish",
    /// Read the audit log.
    AuditRead = "audit:read",
    /// See events and dead letters.
    EventsRead = "events:read",
    /// Replay dead letters.
    EventsReplay = "events:replay",
    /// See the dashboard.
    DashboardRead = "dashboard:read",
    /// See the detailed health of the system.
    SystemRead = "system:read",
    /// Rotate the keys that sign tokens.
    SystemRotateKeys = "system:rotate_keys",
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == text).ok_or(())
    }
}
