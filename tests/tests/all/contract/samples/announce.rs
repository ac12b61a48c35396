use cardkey_announce::model::{Announcement, AnnouncementKind, Audience, Priority, State};
use cardkey_domain::Id;

use super::{World, longest, text};

impl World {
    pub(crate) fn announcement(&self, audience: &Audience) -> Announcement {
        let id = self.id();
        Announcement {
            id,
            kind: AnnouncementKind::System,
            title: text("Hello"),
            content: text("**Hello**"),
            html: "<p><strong>Hello</strong></p>".to_owned(),
            priority: Priority::Medium,
            state: State::Draft,
            audience: audience.kind(),
            must_confirm: false,
            publish_at: None,
            published_at: None,
            expires_at: None,
            created_by: None,
            source: None,
            notice: false,
            created_at: self.now(),
            updated_at: self.now(),
            seq: None,
            reach: None,
        }
    }

    pub(crate) fn fullest_announcement(&self, audience: &Audience) -> Announcement {
        let source: cardkey_domain::EventId = self.id();
        Announcement {
            kind: AnnouncementKind::Security,
            title: longest(),
            content: longest(),
            html: "😀".repeat(60_000),
            priority: Priority::High,
            state: State::Scheduled,
            must_confirm: true,
            publish_at: Some(self.now()),
            expires_at: Some(self.now()),
            created_by: Some(self.id()),
            source: Some(source.uuid()),
            ..self.announcement(audience)
        }
    }
}
