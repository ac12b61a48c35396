use cardkey_domain::{Timestamp, Validity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::fault::{Fault, Faults};

/// How long a card key is good for once redeemed.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = Validity)]
pub(crate) enum ValidityBody {
    /// For ever.
    Permanent,
    /// So many days from activation.
    Days {
        #[schema(minimum = 1, maximum = 36_500)]
        days: u32,
    },
    /// So many hours from activation.
    Hours {
        #[schema(minimum = 1, maximum = 876_000)]
        hours: u32,
    },
    /// So many minutes from activation.
    Minutes {
        #[schema(minimum = 1, maximum = 52_560_000)]
        minutes: u32,
    },
    /// Until a date (RFC 3339), whenever it is activated.
    Until { until: String },
    /// So many days from activation, once a device and app.
    Trial {
        #[schema(minimum = 1, maximum = 365)]
        days: u32,
    },
    /// So many uses; a verification is one use.
    Metered {
        #[schema(minimum = 1, maximum = 1_000_000_000)]
        uses: u32,
    },
}

impl ValidityBody {
    pub(super) fn parse(self, now: Timestamp, faults: &mut Faults) -> Option<Validity> {
        let validity = match self {
            Self::Permanent => Validity::Permanent,
            Self::Days { days } => Validity::Days { days },
            Self::Hours { hours } => Validity::Hours { hours },
            Self::Minutes { minutes } => Validity::Minutes { minutes },
            Self::Trial { days } => Validity::Trial { days },
            Self::Metered { uses } => Validity::Metered { uses },
            Self::Until { until } => {
                let until = faults.take("validity.until", Timestamp::parse(&until))?;
                let future = if until > now { Ok(until) } else { Err(Fault::TimePassed) };
                Validity::Until { until: faults.take("validity.until", future)? }
            }
        };
        let (field, most) = bounds(validity);
        faults.take(field, validity.checked().map_err(|_| Fault::OutOfRange(1, most)))
    }
}

fn bounds(validity: Validity) -> (&'static str, i64) {
    match validity {
        Validity::Days { .. } => ("validity.days", 36_500),
        Validity::Hours { .. } => ("validity.hours", 876_000),
        Validity::Minutes { .. } => ("validity.minutes", 52_560_000),
        Validity::Trial { .. } => ("validity.days", 365),
        Validity::Metered { .. } => ("validity.uses", 1_000_000_000),
        Validity::Permanent | Validity::Until { .. } => ("validity", 0),
    }
}

impl From<Validity> for ValidityBody {
    fn from(validity: Validity) -> Self {
        match validity {
            Validity::Permanent => Self::Permanent,
            Validity::Days { days } => Self::Days { days },
            Validity::Hours { hours } => Self::Hours { hours },
            Validity::Minutes { minutes } => Self::Minutes { minutes },
            Validity::Until { until } => Self::Until { until: until.to_string() },
            Validity::Trial { days } => Self::Trial { days },
            Validity::Metered { uses } => Self::Metered { uses },
        }
    }
}
