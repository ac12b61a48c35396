//! What a reader sees, and what of it is new to them.

use cardkey_domain::{Page, PageRequest, UserId};
use cardkey_events::StoreError;

use crate::Announcements;
use crate::model::{InboxFilter, InboxItem, Mark};

/// A page of a reader's inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// The announcements: by priority and then newest first, unless told otherwise.
    pub page: Page<InboxItem>,
    /// How many in all are not read, or not confirmed though they must be.
    pub unread: u64,
}

impl Announcements {
    /// What an account sees now. What is handed over thereby counts as delivered.
    pub async fn inbox(&self, user: UserId, filter: InboxFilter, page: &PageRequest) -> Result<Inbox, StoreError> {
        let now = self.ambient.now();
        let store = self.store.read();
        let reader = store.reader(user).await?;
        let unread = store.unread(&reader, now).await?;
        let page = store.inbox(&reader, filter, page, now).await?;
        for item in page.items.iter().filter(|item| item.delivered_at.is_none()) {
            self.note(item.announcement.id, user, Mark::Delivered);
        }
        Ok(Inbox { page, unread })
    }
}

#[cfg(test)]
mod tests;
