use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{OFFLINE_AFTER, Timestamp};
use cardkey_events::{AuditStatus, StoreError};

use crate::{ActivityCount, DashboardReader, Totals};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Days that the figures over time cover, today among them.
const DAYS: u32 = 30;

/// The dashboard's figures (CMD-04).
#[derive(Clone)]
pub struct Dashboard {
    reader: Arc<dyn DashboardReader>,
}

/// What the dashboard shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// How much there is of everything.
    pub totals: Totals,
    /// What happened on each of the last days, oldest first, idle days included.
    pub days: Vec<DayFigures>,
}

/// What happened on one day (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayFigures {
    /// The day's first moment.
    pub day: Timestamp,
    /// Sign-ins that succeeded.
    pub sign_ins: u64,
    /// Activations that succeeded.
    pub activations: u64,
    /// Calls of any kind that were refused.
    pub refused: u64,
    /// Calls of any kind that failed.
    pub failed: u64,
}

impl Dashboard {
    /// The action that a successful or refused sign-in is recorded as.
    pub const SIGN_IN: &'static str = "user.login";
    /// The action that a successful or refused activation is recorded as.
    pub const ACTIVATE: &'static str = "card_key.activate";

    /// Reads through a reader.
    pub fn new(reader: Arc<dyn DashboardReader>) -> Self {
        Self { reader }
    }

    /// The figures as of `now`.
    pub async fn figures(&self, now: Timestamp) -> Result<Figures, StoreError> {
        let first_day = start_of_day(now).minus(DAY * (DAYS - 1));
        let totals = self.reader.totals(now, now.minus(OFFLINE_AFTER)).await?;
        let counts = self.reader.activity(first_day, DAY).await?;
        Ok(Figures { totals, days: by_day(first_day, &counts) })
    }
}

fn start_of_day(moment: Timestamp) -> Timestamp {
    const SECONDS: i64 = 24 * 60 * 60;
    Timestamp::from_seconds(moment.seconds() / SECONDS * SECONDS)
}

fn by_day(first_day: Timestamp, counts: &[ActivityCount]) -> Vec<DayFigures> {
    let mut days: BTreeMap<Timestamp, DayFigures> = (0..DAYS)
        .map(|n| first_day.plus(DAY * n))
        .map(|day| (day, DayFigures { day, sign_ins: 0, activations: 0, refused: 0, failed: 0 }))
        .collect();
    for count in counts {
        let Some(figures) = days.get_mut(&count.from) else { continue };
        match (count.status, count.action.as_str()) {
            (AuditStatus::Ok, Dashboard::SIGN_IN) => figures.sign_ins += count.count,
            (AuditStatus::Ok, Dashboard::ACTIVATE) => figures.activations += count.count,
            (AuditStatus::Ok, _) => {}
            (AuditStatus::Refused, _) => figures.refused += count.count,
            (AuditStatus::Failed, _) => figures.failed += count.count,
        }
    }
    days.into_values().collect()
}

#[cfg(test)]
mod tests;
