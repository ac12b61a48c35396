use std::fmt;
use std::str::FromStr;

use cardkey_domain::{AppId, BatchId, Text, Timestamp, UserId, Validity};
use serde::{Deserialize, Serialize};

/// Card keys ordered together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Its identifier.
    pub id: BatchId,
    /// The app they are for.
    pub app_id: AppId,
    /// Its name.
    pub name: Option<Text<100>>,
    /// A remark, searched by its beginning.
    pub note: Option<Text<200>>,
    /// The price of one, in hundredths of the operator's currency.
    pub price_cents: Option<u64>,
    /// How long each is good for.
    pub validity: Validity,
    /// How many devices each seats.
    pub max_devices: u32,
    /// How many were ordered.
    pub count: u32,
    /// How many stand already.
    pub generated: u32,
    /// Where the job is.
    pub status: BatchStatus,
    /// Who ordered it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// When it was whole, or stopped.
    pub finished_at: Option<Timestamp>,
}

impl Batch {
    /// When its keys end if nobody redeems them: only where the validity is a date.
    #[must_use]
    pub fn unredeemed_end(&self) -> Option<Timestamp> {
        match self.validity {
            Validity::Until { until } => Some(until),
            _ => None,
        }
    }
}

/// Where the job of generating a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchStatus {
    /// Ordered or under way; a restart goes on where it stopped.
    Running,
    /// Whole.
    Completed,
    /// Stopped by an operator; what stood stands.
    Cancelled,
}

impl BatchStatus {
    /// The text in the database and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for BatchStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for BatchStatus {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Running, Self::Completed, Self::Cancelled].into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}
