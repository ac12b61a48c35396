use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{Ambient, Timestamp, UserId};
use cardkey_events::{AuditLevel, AuditStatus, StoreError};

use crate::StatisticsReader;

const HOUR: Duration = Duration::from_secs(60 * 60);
const HOUR_MICROS: i64 = 60 * 60 * 1_000_000;

/// Without a beginning, this long before the end.
const USUAL: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest stretch of time.
const LONGEST: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// Accounts that are listed: those who did most.
const MOST_USERS: u32 = 20;

/// How much of what was done, by whom and when (AUD-03).
#[derive(Clone)]
pub struct AuditStatistics {
    reader: Arc<dyn StatisticsReader>,
    ambient: Ambient,
}

/// A stretch of whole hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment after.
    pub to: Timestamp,
}

/// Why a stretch of time has no statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHours {
    /// It ends before it begins.
    #[error("the end is not after the beginning")]
    Reversed,
    /// It is longer than 31 days.
    #[error("the stretch is longer than 31 days")]
    TooLong,
}

/// Rows of one hour, action, ending and level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourCount {
    /// The hour's first moment.
    pub hour: Timestamp,
    /// The action, as `noun.verb`.
    pub action: String,
    /// How it ended.
    pub status: AuditStatus,
    /// How much it matters.
    pub level: AuditLevel,
    /// How many rows.
    pub count: u64,
}

/// The figures of one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourFigures {
    /// The hour's first moment.
    pub hour: Timestamp,
    /// Rows of any ending.
    pub count: u64,
    /// Refused ones.
    pub refused: u64,
    /// Failed ones.
    pub failed: u64,
}

/// The figures of a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Of when.
    pub hours: Hours,
    /// All rows.
    pub total: u64,
    /// By action, the most frequent first.
    pub by_action: Vec<(String, u64)>,
    /// By account, those who did most first, 20 at most. Rows of nobody and of the system are not among them.
    pub by_user: Vec<(UserId, u64)>,
    /// By level, the gravest first.
    pub by_level: Vec<(AuditLevel, u64)>,
    /// By ending.
    pub by_status: Vec<(AuditStatus, u64)>,
    /// By hour, oldest first, idle hours included.
    pub by_hour: Vec<HourFigures>,
}

impl Hours {
    /// The hours that two moments lie in: to the end of the one before `to`. Without `to` up to now, without `from` a day.
    pub fn between(from: Option<Timestamp>, to: Option<Timestamp>, now: Timestamp) -> Result<Self, InvalidHours> {
        let to = to.unwrap_or(now.plus(Duration::from_micros(1)));
        let from = from.unwrap_or(to.minus(USUAL));
        if from >= to {
            return Err(InvalidHours::Reversed);
        }
        if to.since(from) > LONGEST {
            return Err(InvalidHours::TooLong);
        }
        let last = Timestamp::from_micros(to.micros() - 1);
        Ok(Self { from: hour_of(from), to: hour_of(last).plus(HOUR) })
    }

    fn each(self) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(Some(self.from), |hour| Some(hour.plus(HOUR))).take_while(move |hour| *hour < self.to)
    }
}

/// The first moment of the hour that holds another.
#[must_use]
pub fn hour_of(moment: Timestamp) -> Timestamp {
    Timestamp::from_micros(moment.micros() / HOUR_MICROS * HOUR_MICROS)
}

impl AuditStatistics {
    /// Reads through a reader.
    pub fn new(reader: Arc<dyn StatisticsReader>, ambient: Ambient) -> Self {
        Self { reader, ambient }
    }

    /// The hours that somebody asks for.
    pub fn hours(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> Result<Hours, InvalidHours> {
        Hours::between(from, to, self.ambient.now())
    }

    /// The figures of these hours.
    pub async fn of(&self, hours: Hours) -> Result<Statistics, StoreError> {
        let counts = self.reader.hour_counts(hours).await?;
        let by_user = self.reader.busiest(hours, MOST_USERS).await?;
        Ok(sum(hours, &counts, by_user))
    }
}

fn sum(hours: Hours, counts: &[HourCount], by_user: Vec<(UserId, u64)>) -> Statistics {
    let idle = |hour| (hour, HourFigures { hour, count: 0, refused: 0, failed: 0 });
    let mut by_hour: BTreeMap<Timestamp, HourFigures> = hours.each().map(idle).collect();
    let mut by_action = BTreeMap::<&str, u64>::new();
    let mut by_level = BTreeMap::<AuditLevel, u64>::new();
    let mut by_status = [AuditStatus::Ok, AuditStatus::Refused, AuditStatus::Failed].map(|status| (status, 0));
    let mut total = 0;
    for HourCount { hour, action, status, level, count } in counts {
        let Some(figures) = by_hour.get_mut(hour) else { continue };
        total += count;
        figures.count += count;
        match status {
            AuditStatus::Ok => {}
            AuditStatus::Refused => figures.refused += count,
            AuditStatus::Failed => figures.failed += count,
        }
        *by_action.entry(action).or_default() += count;
        *by_level.entry(*level).or_default() += count;
        by_status.iter_mut().filter(|(known, _)| known == status).for_each(|(_, sum)| *sum += count);
    }
    let mut by_action: Vec<(String, u64)> = by_action.into_iter().map(|(action, n)| (action.to_owned(), n)).collect();
    by_action.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Statistics {
        hours,
        total,
        by_action,
        by_user,
        by_level: by_level.into_iter().rev().collect(),
        by_status: by_status.into_iter().filter(|(_, count)| *count > 0).collect(),
        by_hour: by_hour.into_values().collect(),
    }
}

#[cfg(test)]
mod tests;
