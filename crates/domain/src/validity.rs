use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How long a card key is good for once redeemed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Validity {
    /// For ever.
    Permanent,
    /// So many days from activation.
    Days {
        /// 1 to 36,500.
        days: u32,
    },
    /// So many hours from activation.
    Hours {
        /// 1 to 876,000.
        hours: u32,
    },
    /// So many minutes from activation.
    Minutes {
        /// 1 to 52,560,000.
        minutes: u32,
    },
    /// Until a date, whenever it is activated.
    Until {
        /// The end.
        until: Timestamp,
    },
    /// So many days from activation, once a device and app.
    Trial {
        /// 1 to 365.
        days: u32,
    },
    /// So many uses; a verification is one use.
    Metered {
        /// 1 to 1,000,000,000.
        uses: u32,
    },
}

/// The amount is zero or larger than the kind of validity allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("validity is out of range")]
pub struct InvalidValidity;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

impl Validity {
    /// Checks the amount: a century at most, a year for trials.
    pub fn checked(self) -> Result<Self, InvalidValidity> {
        let largest = match self {
            Self::Permanent | Self::Until { .. } => return Ok(self),
            Self::Days { .. } => 36_500,
            Self::Hours { .. } => 876_000,
            Self::Minutes { .. } => 52_560_000,
            Self::Trial { .. } => 365,
            Self::Metered { .. } => 1_000_000_000,
        };
        if (1..=largest).contains(&self.amount()) { Ok(self) } else { Err(InvalidValidity) }
    }

    /// When a licence activated at `activation` ends; `None` when time does not end it.
    #[must_use]
    pub fn ends_at(&self, activation: Timestamp) -> Option<Timestamp> {
        let after = |unit: u64, count: u32| Some(activation.plus(Duration::from_secs(unit * u64::from(count))));
        match *self {
            Self::Permanent | Self::Metered { .. } => None,
            Self::Days { days } | Self::Trial { days } => after(DAY, days),
            Self::Hours { hours } => after(HOUR, hours),
            Self::Minutes { minutes } => after(MINUTE, minutes),
            Self::Until { until } => Some(until),
        }
    }

    /// How often it may be used; `None` when uses are not counted.
    #[must_use]
    pub fn uses(&self) -> Option<u32> {
        match *self {
            Self::Metered { uses } => Some(uses),
            _ => None,
        }
    }

    /// Whether it is a trial.
    #[must_use]
    pub fn is_trial(&self) -> bool {
        matches!(self, Self::Trial { .. })
    }

    /// The kind's name, as on the wire and in the database.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Permanent => "permanent",
            Self::Days { .. } => "days",
            Self::Hours { .. } => "hours",
            Self::Minutes { .. } => "minutes",
            Self::Until { .. } => "until",
            Self::Trial { .. } => "trial",
            Self::Metered { .. } => "metered",
        }
    }

    /// The number that goes with the kind: a count, or microseconds since the epoch for `until`; 0 for permanent.
    #[must_use]
    pub fn amount(&self) -> i64 {
        match *self {
            Self::Permanent => 0,
            Self::Until { until } => until.micros(),
            Self::Days { days: n }
            | Self::Hours { hours: n }
            | Self::Minutes { minutes: n }
            | Self::Trial { days: n }
            | Self::Metered { uses: n } => i64::from(n),
        }
    }

    /// The inverse of [`Validity::kind`] and [`Validity::amount`].
    pub fn from_parts(kind: &str, amount: i64) -> Result<Self, InvalidValidity> {
        let count = || u32::try_from(amount).map_err(|_| InvalidValidity);
        match kind {
            "permanent" => Ok(Self::Permanent),
            "days" => Ok(Self::Days { days: count()? }),
            "hours" => Ok(Self::Hours { hours: count()? }),
            "minutes" => Ok(Self::Minutes { minutes: count()? }),
            "until" => Ok(Self::Until { until: Timestamp::from_micros(amount) }),
            "trial" => Ok(Self::Trial { days: count()? }),
            "metered" => Ok(Self::Metered { uses: count()? }),
            _ => Err(InvalidValidity),
        }?
        .checked()
    }
}
