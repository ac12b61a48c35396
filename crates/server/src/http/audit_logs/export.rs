use std::borrow::Cow;
use std::io;
use std::time::Duration;

use actix_web::web::Data;
use cardkey_audit::{AuditExport, AuditExports};
use futures::StreamExt;
use serde::Deserialize;
use utoipa::IntoParams;

use super::filter::AuditLogQuery;
use super::list::AuditLogEntry;
use crate::http::answer::Download;
use crate::http::error::Code;
use crate::http::export::{Lines, Pieces, Row, Steps, XLSX, lines, workbook};
use crate::http::extract::{Caller, Query};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct AuditExportQuery {
    /// The file's format: `csv`, `json` (an array, one row a line) or `xlsx`.
    #[param(value_type = String, example = "csv")]
    format: Format,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Csv,
    Json,
    Xlsx,
}

const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Exports the rows that a search finds, newest first, which is written down.
pub(crate) async fn export(
    caller: Caller,
    services: Data<Services>,
    Query(filter): Query<AuditLogQuery>,
    Query(query): Query<AuditExportQuery>,
) -> Result<Download<Pieces>, Problem> {
    let filter = filter.parse()?;
    let busy = || Problem::from(Code::AuditLogExportBusy).retry_after(RETRY_AFTER);
    let room = services.exports.enter().ok_or_else(busy)?;
    let format = query.format;
    let export = services.audit_exports.begin(&caller.call(), filter, format.extension()).await?;
    let steps = steps(services.audit_exports.clone(), export);
    let bytes = match format {
        Format::Csv => lines(steps, Lines::Csv),
        Format::Json => lines(steps, Lines::Json),
        Format::Xlsx => workbook(steps).await.map_err(Problem::internal)?,
    };
    let bytes: Pieces = Box::pin(bytes.inspect(move |_| {
        let _held_until_sent = &room;
    }));
    let file_name = format!("audit-logs-{}.{}", services.ambient.now().day(), format.extension());
    Ok(Download { content_type: format.content_type(), file_name, bytes })
}

fn steps(exports: AuditExports, export: AuditExport) -> Steps<AuditLogEntry> {
    Box::pin(futures::stream::try_unfold(export, move |mut export| {
        let exports = exports.clone();
        async move {
            let step = exports.step(&mut export).await.map_err(io::Error::other)?;
            let rows: Vec<AuditLogEntry> = step.into_iter().map(AuditLogEntry::from).collect();
            Ok((!rows.is_empty()).then_some((rows, export)))
        }
    }))
}

impl Row for AuditLogEntry {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "at",
        "user_id",
        "actor",
        "action",
        "target_kind",
        "target_id",
        "ip",
        "user_agent",
        "request_id",
        "status",
        "level",
        "code",
        "details",
    ];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        let or_none = |text: &'_ Option<String>| Cow::Owned(text.clone().unwrap_or_default());
        vec![
            self.id.as_str().into(),
            self.at.as_str().into(),
            or_none(&self.user_id),
            self.actor.as_str().into(),
            self.action.as_str().into(),
            or_none(&self.target_kind),
            or_none(&self.target_id),
            or_none(&self.ip),
            or_none(&self.user_agent),
            self.request_id.as_str().into(),
            self.status.into(),
            self.level.into(),
            or_none(&self.code),
            self.details.to_string().into(),
        ]
    }
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => Lines::Csv.content_type(),
            Self::Json => Lines::Json.content_type(),
            Self::Xlsx => XLSX,
        }
    }
}
