use actix_web::web::Data;
use cardkey_audit::{CardKeyTotals, DayFigures, Figures, Totals};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Reply;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Serialize, ToSchema)]
pub(crate) struct DashboardFigures {
    users: u64,
    sessions: u64,
    apps: u64,
    card_keys: DashboardCardKeys,
    licences: u64,
    devices: u64,
    /// Devices heard of in the last 15 minutes.
    devices_online: u64,
    /// The last 30 days, oldest first.
    days: Vec<DashboardDay>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DashboardCardKeys {
    unused: u64,
    activated: u64,
    expired: u64,
    disabled: u64,
    deleted: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DashboardDay {
    /// `YYYY-MM-DD`, in UTC.
    day: String,
    sign_ins: u64,
    activations: u64,
    refused: u64,
    failed: u64,
}

/// Shows the figures as of now.
pub(crate) async fn show(services: Data<Services>) -> Result<Reply<DashboardFigures>, Problem> {
    let figures = services.dashboard.figures(services.ambient.now()).await?;
    Ok(Reply::ok(figures.into()))
}

impl From<Figures> for DashboardFigures {
    fn from(Figures { totals, days }: Figures) -> Self {
        let Totals { users, sessions, apps, card_keys, licences, devices, devices_online } = totals;
        let days = days.into_iter().map(DashboardDay::from).collect();
        Self { users, sessions, apps, card_keys: card_keys.into(), licences, devices, devices_online, days }
    }
}

impl From<CardKeyTotals> for DashboardCardKeys {
    fn from(CardKeyTotals { unused, activated, expired, disabled, deleted }: CardKeyTotals) -> Self {
        Self { unused, activated, expired, disabled, deleted }
    }
}

impl From<DayFigures> for DashboardDay {
    fn from(DayFigures { day, sign_ins, activations, refused, failed }: DayFigures) -> Self {
        Self { day: day.day(), sign_ins, activations, refused, failed }
    }
}
