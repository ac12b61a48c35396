use std::sync::Arc;

use bytestring::ByteString;
use cardkey_announce::{AnnouncementReader, LiveAudience, LiveKind, LiveRow, Seq};
use cardkey_domain::{AnnouncementId, Id, Timestamp};
use cardkey_events::StoreError;
use serde::Deserialize;
use uuid::Uuid;

/// Subjects an announcement may name, see [`cardkey_announce::model::MOST_SUBJECTS`], and room to spare.
const MOST_NAMED: u32 = 4_096;

/// An entry of the log as it goes over the wire: the frame is made once, and its bytes are shared by everybody who gets it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) seq: Seq,
    pub(super) text: ByteString,
    /// The announcement that arrives with it.
    pub(super) announcement: Option<AnnouncementId>,
    pub(super) audience: Audience,
    pub(super) at: Timestamp,
}

/// Whom an entry is for.
#[derive(Debug)]
pub(super) enum Audience {
    Everybody,
    /// Those who have one of these: the account, an app, a group. Identifiers of different kinds never meet.
    Subjects(Vec<Uuid>),
}

impl Entry {
    /// An entry that is known to be for the one who gets it.
    pub(super) fn for_reader(row: &LiveRow) -> Self {
        Self {
            seq: row.seq,
            text: row.frame().into(),
            announcement: announcement_of(row),
            audience: Audience::Subjects(Vec::new()),
            at: row.entry.at,
        }
    }

    /// An entry for whoever it is for.
    pub(super) async fn resolve(row: &LiveRow, names: &dyn AnnouncementReader) -> Result<Arc<Self>, StoreError> {
        let audience = match row.entry.audience {
            LiveAudience::All => Audience::Everybody,
            LiveAudience::App(id) => Audience::Subjects(vec![id.uuid()]),
            LiveAudience::Group(id) => Audience::Subjects(vec![id.uuid()]),
            LiveAudience::User(id) => Audience::Subjects(vec![id.uuid()]),
            LiveAudience::Announcement(id) => Audience::Subjects(names.subjects(id, None, MOST_NAMED).await?),
        };
        Ok(Arc::new(Self { audience, ..Self::for_reader(row) }))
    }
}

fn announcement_of(row: &LiveRow) -> Option<AnnouncementId> {
    #[derive(Deserialize)]
    struct Payload {
        data: Named,
    }
    #[derive(Deserialize)]
    struct Named {
        id: AnnouncementId,
    }
    let is_announcement = row.entry.kind == LiveKind::Announcement;
    let payload = is_announcement.then(|| serde_json::from_str::<Payload>(&row.entry.payload).ok()).flatten();
    payload.map(|payload| payload.data.id)
}
