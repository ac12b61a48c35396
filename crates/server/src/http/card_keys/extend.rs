use std::time::Duration;

use actix_web::web::Data;
use cardkey_domain::{CardKeyId, Timestamp};
use cardkey_licensing::Extension;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::state::reply;
use super::view::CardKeyView;
use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller, Path};
use crate::http::fault::{Fault, Faults};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// By what a card key is extended: exactly one of these.
#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct ExtendBody {
    /// So many more days.
    #[validate(range(min = 1, max = 36_500))]
    days: Option<u32>,
    /// So many more hours.
    #[validate(range(min = 1, max = 876_000))]
    hours: Option<u32>,
    /// So many more minutes.
    #[validate(range(min = 1, max = 52_560_000))]
    minutes: Option<u32>,
    /// Until then (RFC 3339).
    until: Option<String>,
    /// So many more uses.
    #[validate(range(min = 1, max = 1_000_000_000))]
    uses: Option<u32>,
}

const EXTENDED: Message = Message { zh: "卡密已续期", en: "The card key is extended" };

/// Gives a redeemed card key more time or more uses.
pub(crate) async fn extend(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<CardKeyId>,
    Body(body): Body<ExtendBody>,
) -> Result<Reply<CardKeyView>, Problem> {
    let by = body.parse()?;
    let card = caller.once(async |call| services.licensing.extend(call, id, by).await).await?;
    reply(&services, EXTENDED, card).await
}

impl ExtendBody {
    fn parse(self) -> Result<Extension, Problem> {
        let seconds = |count: Option<u32>, unit: u64| count.map(|count| Duration::from_secs(unit * u64::from(count)));
        let lengths = [seconds(self.days, 86_400), seconds(self.hours, 3_600), seconds(self.minutes, 60)];
        let mut given: Vec<Extension> = lengths.into_iter().flatten().map(Extension::For).collect();
        if let Some(until) = self.until {
            let until = Timestamp::parse(&until).map_err(|invalid| Faults::one("until", invalid))?;
            given.push(Extension::Until(until));
        }
        given.extend(self.uses.map(Extension::Uses));
        match given[..] {
            [by] => Ok(by),
            [] => Err(Faults::one("days", Fault::Required).into()),
            _ => Err(Faults::one("", Fault::Malformed).into()),
        }
    }
}
