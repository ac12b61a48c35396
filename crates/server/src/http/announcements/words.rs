use cardkey_announce::model::{AnnouncementKind, AudienceKind, Priority, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident of $model:ident { $($variant:ident),+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($variant),+ }

        impl From<$name> for $model {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant),+ }
            }
        }

        impl From<$model> for $name {
            fn from(word: $model) -> Self {
                match word { $($model::$variant => Self::$variant),+ }
            }
        }
    )+};
}

words! {
    /// What an announcement is about.
    AnnouncementType of AnnouncementKind { System, Maintenance, Version, Security }

    /// How much it matters; in this order a reader sees them.
    AnnouncementPriority of Priority { High, Medium, Low }

    /// How far it has come.
    AnnouncementStatus of State { Draft, Scheduled, Published, Withdrawn, Expired }

    /// What kind of audience it has.
    AnnouncementAudienceKind of AudienceKind { All, App, Group, Users }
}
