use cardkey_domain::{
    AnnouncementId, AppId, BatchId, CardKeyId, DeviceId, EventId, GroupId, LicenceId, SessionId, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

/// Makes the enumeration of all events and, from the same lines, the catalogue that is documented and checked.
macro_rules! happenings {
    ($($(#[doc = $doc:literal])+ #[serde(rename = $name:literal)] $variant:ident { $($field:ident: $kind:ty),+ $(,)? }),+ $(,)?) => {
        /// Every event there is, with its fields. The name is the `type`, the fields are the `data`; fields are only ever added, and a
        /// change of meaning raises [`Happening::SCHEMA`].
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "type", content = "data")]
        #[allow(missing_docs, reason = "the fields say what they are: the ids of what the event is about")]
        pub enum Happening {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant { $($field: $kind),+ }),+
        }

        impl Happening {
            /// Every kind of event, in the order of the source.
            pub const CATALOGUE: &'static [EventKind] = &[$(EventKind {
                name: $name,
                about: concat!($($doc),+),
                fields: &[$(EventField { name: stringify!($field), kind: stringify!($kind) }),+],
            }),+];

            /// The name, as it is stored and sent.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name),+ }
            }
        }
    };
}

/// What the catalogue says of a kind of event.
#[derive(Debug, Clone, Copy)]
pub struct EventKind {
    /// Its name, `noun.what_happened`.
    pub name: &'static str,
    /// What it means, in a sentence.
    pub about: &'static str,
    /// What it carries.
    pub fields: &'static [EventField],
}

/// A field of an event's data.
#[derive(Debug, Clone, Copy)]
pub struct EventField {
    /// Its name.
    pub name: &'static str,
    /// Its type in the source.
    kind: &'static str,
}

impl EventField {
    /// What stands in the JSON: `id`, `text`, `time`, `number`, `flag`, a list of them, and whether it may be null. `None` for a type
    /// that has no description yet.
    #[must_use]
    pub fn json(&self) -> Option<String> {
        let kind = self.kind.replace(' ', "");
        let (kind, nullable) = match kind.strip_prefix("Option<").and_then(|kind| kind.strip_suffix('>')) {
            Some(inner) => (inner.to_owned(), true),
            None => (kind, false),
        };
        let (kind, many) = match kind.strip_prefix("Vec<").and_then(|kind| kind.strip_suffix('>')) {
            Some(inner) => (inner.to_owned(), true),
            None => (kind, false),
        };
        let word = match kind.as_str() {
            "String" => "text",
            "Timestamp" => "time",
            "bool" => "flag",
            "u8" | "u16" | "u32" | "u64" | "i64" => "number",
            id if id.ends_with("Id") => "id",
            _ => return None,
        };
        let word = if many { format!("list of {word}s") } else { word.to_owned() };
        Some(if nullable { format!("{word} or null") } else { word })
    }
}

happenings! {
    /// An account signed in.
    #[serde(rename = "user.login")]
    UserLogin { user_id: UserId, session_id: SessionId, new_device: bool },
    /// An account signed out of one session, or of all.
    #[serde(rename = "user.logout")]
    UserLogout { user_id: UserId, session_ids: Vec<SessionId> },
    /// An account was made.
    #[serde(rename = "user.register")]
    UserRegister { user_id: UserId },
    /// An account was changed: its roles, its status, its addresses.
    #[serde(rename = "user.changed")]
    UserChanged { user_id: UserId },
    /// A password was changed; the sessions named were ended.
    #[serde(rename = "user.password_changed")]
    UserPasswordChanged { user_id: UserId, session_ids: Vec<SessionId> },
    /// Too many failures: sign-in from unknown devices is refused until then.
    #[serde(rename = "user.locked")]
    UserLocked { user_id: UserId, until: Timestamp },
    /// Sessions ended without the account asking.
    #[serde(rename = "session.ended")]
    SessionEnded { user_id: UserId, session_ids: Vec<SessionId>, reason: String },
    /// A refresh token was used again after its successor: the family is revoked.
    #[serde(rename = "session.token_reuse")]
    SessionTokenReuse { user_id: UserId, session_id: SessionId },
    /// An application was registered.
    #[serde(rename = "app.registered")]
    AppRegistered { app_id: AppId },
    /// An application's name, policy or status changed.
    #[serde(rename = "app.changed")]
    AppChanged { app_id: AppId },
    /// Work on an application was announced for a time to come.
    #[serde(rename = "app.maintenance.scheduled")]
    AppMaintenanceScheduled {
        app_id: AppId,
        maintenance_id: EventId,
        message: Option<String>,
        from: Timestamp,
        until: Option<Timestamp>,
    },
    /// Work on an application began: until its end nobody new signs in to it or redeems a card key of it.
    #[serde(rename = "app.maintenance.start")]
    AppMaintenanceStart { app_id: AppId, maintenance_id: EventId, message: Option<String>, until: Option<Timestamp> },
    /// Work on an application ended, or was called off before it began.
    #[serde(rename = "app.maintenance.end")]
    AppMaintenanceEnd { app_id: AppId, maintenance_id: EventId },
    /// A signing key was rotated: an application's, or the tokens' where there is no application.
    #[serde(rename = "signing_key.rotated")]
    SigningKeyRotated { app_id: Option<AppId>, kid: String },
    /// A batch of card keys was ordered.
    #[serde(rename = "card_key.batch_created")]
    CardKeyBatchCreated { batch_id: BatchId, app_id: AppId, count: u32 },
    /// A batch of card keys is whole.
    #[serde(rename = "card_key.batch_completed")]
    CardKeyBatchCompleted { batch_id: BatchId, app_id: AppId },
    /// A batch was stopped before it was whole.
    #[serde(rename = "card_key.batch_cancelled")]
    CardKeyBatchCancelled { batch_id: BatchId, app_id: AppId },
    /// A card key was redeemed and its licence bound to a device.
    #[serde(rename = "card_key.activated")]
    CardKeyActivated {
        card_key_id: CardKeyId,
        licence_id: LicenceId,
        app_id: AppId,
        user_id: UserId,
        device_id: DeviceId,
        expires_at: Option<Timestamp>,
    },
    /// A card key was disabled.
    #[serde(rename = "card_key.disabled")]
    CardKeyDisabled { card_key_id: CardKeyId, app_id: AppId, licence_id: Option<LicenceId> },
    /// A card key's time is over.
    #[serde(rename = "card_key.expired")]
    CardKeyExpired { card_key_id: CardKeyId, app_id: AppId, licence_id: Option<LicenceId>, user_id: Option<UserId> },
    /// A licence's time is over in so many days: 7, 3 and 1, once each.
    #[serde(rename = "card_key.expiring")]
    CardKeyExpiring {
        card_key_id: CardKeyId,
        licence_id: LicenceId,
        app_id: AppId,
        user_id: UserId,
        days_left: u32,
        expires_at: Timestamp,
    },
    /// Any other change of a card key by an operator; `change` names it.
    #[serde(rename = "card_key.changed")]
    CardKeyChanged { card_key_id: CardKeyId, app_id: AppId, licence_id: Option<LicenceId>, change: String },
    /// A device was seen for the first time by an app.
    #[serde(rename = "device.registered")]
    DeviceRegistered { device_id: DeviceId, app_id: AppId, user_id: UserId },
    /// A device was bound to a further seat of a licence.
    #[serde(rename = "device.bound")]
    DeviceBound { device_id: DeviceId, licence_id: LicenceId },
    /// A device lost its seat.
    #[serde(rename = "device.unbound")]
    DeviceUnbound { device_id: DeviceId, licence_id: LicenceId },
    /// A device that was offline shows itself again.
    #[serde(rename = "device.online")]
    DeviceOnline { device_id: DeviceId, app_id: AppId, user_id: UserId },
    /// A device was silent for 15 minutes; told once, until it shows itself again.
    #[serde(rename = "device.offline")]
    DeviceOffline { device_id: DeviceId, app_id: AppId, user_id: UserId, last_seen_at: Timestamp },
    /// A device gave serial numbers that identify nothing.
    #[serde(rename = "device.anomaly")]
    DeviceAnomaly { device_id: DeviceId, app_id: AppId, kind: String, components: Vec<String> },
    /// An announcement was published: its audience sees it from now on.
    #[serde(rename = "announcement.published")]
    AnnouncementPublished {
        announcement_id: AnnouncementId,
        kind: String,
        priority: String,
        audience: String,
        expires_at: Option<Timestamp>,
    },
    /// An announcement was taken back.
    #[serde(rename = "announcement.withdrawn")]
    AnnouncementWithdrawn { announcement_id: AnnouncementId },
    /// An announcement's time is over.
    #[serde(rename = "announcement.expired")]
    AnnouncementExpired { announcement_id: AnnouncementId },
    /// A reader confirmed an announcement.
    #[serde(rename = "announcement.confirmed")]
    AnnouncementConfirmed { announcement_id: AnnouncementId, user_id: UserId },
    /// A group of accounts was made.
    #[serde(rename = "user_group.created")]
    UserGroupCreated { group_id: GroupId },
    /// A group of accounts was renamed, or its members changed.
    #[serde(rename = "user_group.changed")]
    UserGroupChanged { group_id: GroupId },
    /// A group of accounts was deleted.
    #[serde(rename = "user_group.deleted")]
    UserGroupDeleted { group_id: GroupId },
    /// Something was put on the blacklist.
    #[serde(rename = "blacklist.added")]
    BlacklistAdded { subject: String, until: Option<Timestamp> },
    /// Something was taken off the blacklist.
    #[serde(rename = "blacklist.lifted")]
    BlacklistLifted { subject: String },
}

impl Happening {
    /// The version of the fields' meaning.
    pub const SCHEMA: u16 = 1;

    /// The name and the fields, as they are stored and sent.
    #[must_use]
    pub fn to_parts(&self) -> (String, serde_json::Value) {
        let mut whole = serde_json::to_value(self).unwrap_or_default();
        let name = whole.get("type").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
        let data = whole.get_mut("data").map(serde_json::Value::take).unwrap_or_default();
        (name, data)
    }

    /// The inverse of [`Happening::to_parts`].
    pub fn from_parts(name: &str, data: serde_json::Value) -> Result<Self, serde_json::Error> {
        let parts = [("type".to_owned(), name.into()), ("data".to_owned(), data)];
        serde_json::from_value(serde_json::Value::Object(parts.into_iter().collect()))
    }
}
