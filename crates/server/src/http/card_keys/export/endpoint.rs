use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use bytes::Bytes;
use cardkey_domain::BatchId;
use cardkey_licensing::{Export, Licensing};
use futures::{Stream, StreamExt};
use serde::Deserialize;
use utoipa::IntoParams;

use super::lines::Lines;
use super::row::Row;
use super::workbook;
use crate::http::answer::Download;
use crate::http::error::Code;
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

type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>>>>;

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
    let licensing = Arc::clone(&services.licensing);
    let bytes: Pieces = match format {
        Format::Txt => Box::pin(lines(licensing, export, Lines::Txt)),
        Format::Csv => Box::pin(lines(licensing, export, Lines::Csv)),
        Format::Json => Box::pin(lines(licensing, export, Lines::Json)),
        Format::Xlsx => Box::pin(workbook::pieces(licensing, export).await.map_err(Problem::internal)?),
    };
    let file_name = format!("card-keys-{id}.{}", format.extension());
    let bytes: Pieces = Box::pin(bytes.inspect(move |_| {
        let _held_until_sent = &room;
    }));
    Ok(Download { content_type: format.content_type(), file_name, bytes })
}

/// Where a file that is written line by line is.
enum Progress {
    Head(Export),
    Rows(Export, bool),
    Done,
}

fn lines(licensing: Arc<Licensing>, export: Export, format: Lines) -> impl Stream<Item = io::Result<Bytes>> {
    futures::stream::try_unfold(Progress::Head(export), move |progress| {
        let licensing = Arc::clone(&licensing);
        async move {
            match progress {
                Progress::Head(export) => Ok(Some((format.head()?, Progress::Rows(export, true)))),
                Progress::Rows(mut export, first) => {
                    let step = licensing.export_step(&mut export).await.map_err(io::Error::other)?;
                    if step.is_empty() {
                        return Ok(Some((format.tail(), Progress::Done)));
                    }
                    let rows: Vec<Row> = step.iter().map(|(card, code)| Row::of(card, code)).collect();
                    Ok(Some((format.rows(&rows, first)?, Progress::Rows(export, false))))
                }
                Progress::Done => Ok(None),
            }
        }
    })
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
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}
