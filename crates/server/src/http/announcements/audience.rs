use std::str::FromStr;

use cardkey_announce::model::{Audience, MOST_SUBJECTS};
use serde::Deserialize;
use utoipa::ToSchema;

use super::words::AnnouncementAudienceKind as Kind;
use crate::http::fault::{Fault, Faults};

/// For whom an announcement is.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AnnouncementAudience {
    kind: Kind,
    /// The apps, groups or accounts, 1 to 1,000 of them; none where the kind is `all`.
    #[schema(max_items = 1_000)]
    ids: Option<Vec<String>>,
}

impl AnnouncementAudience {
    pub(super) fn parse(self, faults: &mut Faults) -> Option<Audience> {
        let ids = self.ids.unwrap_or_default();
        if ids.len() > MOST_SUBJECTS {
            return faults.take("audience.ids", Err(Fault::TooLong(MOST_SUBJECTS as u64)));
        }
        match self.kind {
            Kind::All if ids.is_empty() => Some(Audience::All),
            Kind::All => faults.take("audience.ids", Err(Fault::Mismatch)),
            Kind::App => parsed(&ids, faults).map(Audience::Apps),
            Kind::Group => parsed(&ids, faults).map(Audience::Groups),
            Kind::Users => parsed(&ids, faults).map(Audience::Users),
        }
    }
}

fn parsed<I: FromStr>(ids: &[String], faults: &mut Faults) -> Option<Vec<I>> {
    let parsed = ids.iter().enumerate().map(|(index, id)| {
        let id = id.trim().parse::<I>().map_err(|_| Fault::Malformed);
        faults.take(&format!("audience.ids[{index}]"), id)
    });
    // All of them are looked at, so that every fault is told.
    parsed.collect::<Vec<_>>().into_iter().collect()
}
