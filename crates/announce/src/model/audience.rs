use cardkey_domain::{AppId, GroupId, Id, UserId};
use uuid::Uuid;

use super::AudienceKind;

/// The most subjects an audience names; more than that is a group.
pub const MOST_SUBJECTS: usize = 1_000;

/// For whom an announcement is, as an operator says it: never more than [`MOST_SUBJECTS`] names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    All,
    /// The users of these apps.
    Apps(Vec<AppId>),
    /// The members of these groups.
    Groups(Vec<GroupId>),
    /// These accounts.
    Users(Vec<UserId>),
}

impl Audience {
    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> AudienceKind {
        match self {
            Self::All => AudienceKind::All,
            Self::Apps(_) => AudienceKind::App,
            Self::Groups(_) => AudienceKind::Group,
            Self::Users(_) => AudienceKind::Users,
        }
    }

    /// The audience of a kind that names these.
    #[must_use]
    pub fn of(kind: AudienceKind, subjects: &[Uuid]) -> Self {
        match kind {
            AudienceKind::All => Self::All,
            AudienceKind::App => Self::Apps(subjects.iter().copied().map(AppId::from_uuid).collect()),
            AudienceKind::Group => Self::Groups(subjects.iter().copied().map(GroupId::from_uuid).collect()),
            AudienceKind::Users => Self::Users(subjects.iter().copied().map(UserId::from_uuid).collect()),
        }
    }

    /// Whom it names, each once, in order.
    #[must_use]
    pub fn subjects(&self) -> Vec<Uuid> {
        let mut subjects: Vec<Uuid> = match self {
            Self::All => Vec::new(),
            Self::Apps(ids) => ids.iter().map(|id| id.uuid()).collect(),
            Self::Groups(ids) => ids.iter().map(|id| id.uuid()).collect(),
            Self::Users(ids) => ids.iter().map(|id| id.uuid()).collect(),
        };
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }
}
