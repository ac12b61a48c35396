//! How far an announcement got (ANN-05), and whom it awaits a confirmation of (ANN-06).

use cardkey_domain::{AnnouncementId, Page, PageRequest};
use cardkey_events::StoreError;

use crate::Announcements;
use crate::model::{Announcement, AudienceKind, HourCount, Marked, Reach, State, Unconfirmed};

/// How far an announcement got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Whom it is for.
    pub audience: AudienceKind,
    /// How many active accounts that is, and as of when.
    pub reach: Reach,
    /// How many it got to, how many of them read it, how many confirmed it.
    pub marked: Marked,
    /// The same hour by hour, the earliest first.
    pub hours: Vec<HourCount>,
}

/// Why there are no statistics.
#[derive(Debug, thiserror::Error)]
pub enum StatisticsError {
    /// There is no such announcement.
    #[error("there is no such announcement")]
    NotFound,
    /// It was never published.
    #[error("it was never published")]
    NotPublished(State),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Announcements {
    /// How far an announcement got. Made of sums, whatever the size of the audience.
    pub async fn statistics(&self, id: AnnouncementId) -> Result<Statistics, StatisticsError> {
        let announcement = self.published(id).await?;
        let hours = self.store.read().hours(id).await?;
        let marked = hours.iter().fold(Marked::default(), |sum, hour| Marked {
            delivered: sum.delivered + hour.marked.delivered,
            read: sum.read + hour.marked.read,
            confirmed: sum.confirmed + hour.marked.confirmed,
        });
        let reach = self.reach_of(&announcement).await?;
        Ok(Statistics { audience: announcement.audience, reach, marked, hours })
    }

    /// Who of the audience has not confirmed, newest account first. The total is the reach less those who confirmed.
    pub async fn unconfirmed(
        &self,
        id: AnnouncementId,
        page: &PageRequest,
    ) -> Result<Page<Unconfirmed>, StatisticsError> {
        let announcement = self.published(id).await?;
        let found = self.store.read().unconfirmed(&announcement, page).await?;
        let statistics = self.statistics(id).await?;
        Ok(Page { total: statistics.reach.accounts.saturating_sub(statistics.marked.confirmed), ..found })
    }

    async fn published(&self, id: AnnouncementId) -> Result<Announcement, StatisticsError> {
        let announcement = self.store.read().announcement(id).await?.ok_or(StatisticsError::NotFound)?;
        match announcement.published_at {
            Some(_) => Ok(announcement),
            None => Err(StatisticsError::NotPublished(announcement.state)),
        }
    }
}

#[cfg(test)]
mod tests;
