//! What stands as a word in the database and on the wire.

use std::str::FromStr;

use cardkey_events::{Auditable, Fact};
use serde::{Deserialize, Serialize};

macro_rules! text_form {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text in the database and on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl Auditable for $name {
            fn fact(&self) -> Fact {
                Fact::word(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or(())
            }
        }
    };
}

text_form! {
    /// What an announcement is about (ANN-01).
    AnnouncementKind {
        /// The service itself.
        System = "system",
        /// Work on an app or the service.
        Maintenance = "maintenance",
        /// A new version.
        Version = "version",
        /// A warning.
        Security = "security",
    }
}

text_form! {
    /// How much it matters; in this order lists show it.
    Priority {
        /// Most.
        High = "high",
        /// As usual.
        Medium = "medium",
        /// Least.
        Low = "low",
    }
}

text_form! {
    /// How far an announcement has come (ANN-03).
    State {
        /// Only operators see it.
        Draft = "draft",
        /// It is published by itself at its time.
        Scheduled = "scheduled",
        /// Its audience sees it.
        Published = "published",
        /// It was taken back.
        Withdrawn = "withdrawn",
        /// Its time is over.
        Expired = "expired",
    }
}

text_form! {
    /// What kind of audience it has (ANN-02).
    AudienceKind {
        /// Everybody.
        All = "all",
        /// The users of some apps.
        App = "app",
        /// The members of some groups.
        Group = "group",
        /// Some accounts.
        Users = "users",
    }
}

text_form! {
    /// What a reader did with it; each includes those before.
    Mark {
        /// It reached a client of theirs.
        Delivered = "delivered",
        /// They read it.
        Read = "read",
        /// They confirmed it.
        Confirmed = "confirmed",
    }
}
