use actix_web::web::Data;
use cardkey_domain::{AppId, Text, Timestamp};
use cardkey_licensing::model::BatchStatus;
use cardkey_licensing::{OrderBatch, OrderError};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::view::BatchView;
use crate::http::answer::Ordered;
use crate::http::card_keys::validity::ValidityBody;
use crate::http::extract::{Body, Caller};
use crate::http::fault::{Fault, Faults};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct OrderBody {
    #[schema(value_type = String)]
    app_id: AppId,
    /// How many; up to 1,000 stand when the call returns.
    #[schema(minimum = 1, maximum = 1_000_000)]
    count: u32,
    validity: ValidityBody,
    /// How many devices each seats; as the app's policy says where it is left out.
    #[schema(minimum = 1, maximum = 1_000)]
    max_devices: Option<u32>,
    /// The batch's name.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// A remark on each card key, searched by its beginning.
    #[schema(max_length = 200)]
    note: Option<String>,
    /// The price of one, in hundredths of the operator's currency.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    price_cents: Option<u64>,
}

const MADE: Message = Message { zh: "卡密已生成", en: "The card keys are generated" };
const UNDER_WAY: Message = Message { zh: "卡密正在生成", en: "The card keys are being generated" };
const HIGHEST_PRICE: i64 = 1_000_000_000_000;

/// Orders card keys.
pub(crate) async fn order(
    caller: Caller,
    services: Data<Services>,
    Body(body): Body<OrderBody>,
) -> Result<Ordered<BatchView>, Problem> {
    let order = body.parse(services.ambient.now())?;
    let batch = caller
        .once(async |call| {
            let batch = services.licensing.order_batch(call, order).await?;
            services.metrics.card_keys_generated.add(batch.generated.into());
            Ok::<_, OrderError>(batch)
        })
        .await?;
    let names = services.account_names(batch.created_by).await?;
    Ok(match batch.status {
        BatchStatus::Running => Ordered::Accepted(UNDER_WAY, BatchView::of(batch, &names)),
        BatchStatus::Completed | BatchStatus::Cancelled => Ordered::Finished(MADE, BatchView::of(batch, &names)),
    })
}

impl OrderBody {
    fn parse(self, now: Timestamp) -> Result<OrderBatch, Problem> {
        let mut faults = Faults::default();
        let within = |value: u64, low: i64, high: i64| match i64::try_from(value) {
            Ok(value) if (low..=high).contains(&value) => Ok(()),
            _ => Err(Fault::OutOfRange(low, high)),
        };
        faults.take("count", within(self.count.into(), 1, 1_000_000));
        faults.take("max_devices", self.max_devices.map_or(Ok(()), |most| within(most.into(), 1, 1_000)));
        faults.take("price_cents", self.price_cents.map_or(Ok(()), |price| within(price, 0, HIGHEST_PRICE)));
        let validity = self.validity.parse(now, &mut faults);
        let name = faults.take("name", Text::parse_optional(self.name.as_deref()));
        let note = faults.take("note", Text::parse_optional(self.note.as_deref()));
        faults.finish(|| {
            Some(OrderBatch {
                app_id: self.app_id,
                count: self.count,
                validity: validity?,
                max_devices: self.max_devices,
                name: name?,
                note: note?,
                price_cents: self.price_cents,
            })
        })
    }
}
