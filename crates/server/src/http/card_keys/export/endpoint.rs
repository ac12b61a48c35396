use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use bytes::Bytes;
use cardkey_domain::BatchId;
use cardkey_licensing::{Export, Licensing};
use futures::{StreamExt, TryStreamExt};
use serde::Deserialize;
use utoipa::IntoParams;

use super::row::CardKeyRow;
use crate::http::answer::Download;
use crate::http::error::Code;
use crate::http::export::{Lines, Pieces, Steps, XLSX, lines, workbook};
use crate::http::extract::{Caller, Path, Query};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct ExportQuery {
    /// The file's format.
    #[param(value_type = String, example = "csv")]
    format: Format,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Txt,
    Csv,
    Json,
    Xlsx,
}

/// Exports that are sent at once.
pub(crate) const EXPORTS_AT_ONCE: usize = 2;

const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Exports a batch with its card keys in clear, which is written down.
pub(crate) async fn export(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<BatchId>,
    Query(query): Query<ExportQuery>,
) -> Result<Download<Pieces>, Problem> {
    let busy = || Problem::from(Code::BatchExportBusy).retry_after(RETRY_AFTER);
    let room = services.exports.enter().ok_or_else(busy)?;
    let format = query.format;
    let export = services.licensing.export_batch(&caller.call(), id, format.extension()).await?;
    let steps = steps(Arc::clone(&services.licensing), export);
    let bytes: Pieces = match format {
        Format::Txt => Box::pin(steps.map_ok(|rows| codes(&rows))),
        Format::Csv => lines(steps, Lines::Csv),
        Format::Json => lines(steps, Lines::Json),
        Format::Xlsx => workbook(steps).await.map_err(Problem::internal)?,
    };
    let file_name = format!("card-keys-{id}.{}", format.extension());
    let bytes: Pieces = Box::pin(bytes.inspect(move |_| {
        let _held_until_sent = &room;
    }));
    Ok(Download { content_type: format.content_type(), file_name, bytes })
}

fn steps(licensing: Arc<Licensing>, export: Export) -> Steps<CardKeyRow> {
    Box::pin(futures::stream::try_unfold(export, move |mut export| {
        let licensing = Arc::clone(&licensing);
        async move {
            let step = licensing.export_step(&mut export).await.map_err(io::Error::other)?;
            let rows: Vec<CardKeyRow> = step.iter().map(|(card, code)| CardKeyRow::of(card, code)).collect();
            Ok((!rows.is_empty()).then_some((rows, export)))
        }
    }))
}

/// The codes alone, one a line.
fn codes(rows: &[CardKeyRow]) -> Bytes {
    rows.iter().flat_map(|row| [row.card_key.as_str(), "\n"]).collect::<String>().into()
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Txt => "text/plain; charset=utf-8",
            Self::Csv => Lines::Csv.content_type(),
            Self::Json => Lines::Json.content_type(),
            Self::Xlsx => XLSX,
        }
    }
}
