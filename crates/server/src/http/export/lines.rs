//! The formats that are written line by line.

use std::borrow::Cow;
use std::io;

use bytes::Bytes;
use futures::StreamExt;

use super::{Pieces, Row, Steps};

/// A format that is written line by line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    /// RFC 4180, with a header, in UTF-8 with the mark that spreadsheets look for.
    Csv,
    /// An array of objects, one a line.
    Json,
}

/// What a spreadsheet needs to know that a CSV is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Where a file is.
enum Progress<R> {
    Head(Steps<R>),
    Rows(Steps<R>, bool),
    Done,
}

/// Makes the file.
pub(crate) fn lines<R: Row>(steps: Steps<R>, format: Lines) -> Pieces {
    Box::pin(futures::stream::try_unfold(Progress::Head(steps), move |progress| async move {
        match progress {
            Progress::Head(steps) => Ok(Some((format.head::<R>()?, Progress::Rows(steps, true)))),
            Progress::Rows(mut steps, first) => match steps.next().await {
                Some(rows) => Ok(Some((format.rows(&rows?, first)?, Progress::Rows(steps, false)))),
                None => Ok(Some((format.tail(), Progress::Done))),
            },
            Progress::Done => Ok(None),
        }
    }))
}

impl Lines {
    /// What comes before the first row.
    fn head<R: Row>(self) -> io::Result<Bytes> {
        match self {
            Self::Csv => {
                let mut head = BYTE_ORDER_MARK.to_vec();
                head.extend(records([R::COLUMNS])?);
                Ok(head.into())
            }
            Self::Json => Ok(Bytes::from_static(b"[")),
        }
    }

    /// Some rows; `first` tells that none came before.
    fn rows<R: Row>(self, rows: &[R], first: bool) -> io::Result<Bytes> {
        match self {
            Self::Csv => {
                let cells = |row: &R| row.cells().iter().map(|cell| harmless(cell).into_owned()).collect::<Vec<_>>();
                Ok(records(rows.iter().map(cells))?.into())
            }
            Self::Json => {
                let mut text = Vec::new();
                for (position, row) in rows.iter().enumerate() {
                    text.extend_from_slice(if first && position == 0 { b"\n" } else { b",\n" });
                    serde_json::to_writer(&mut text, row)?;
                }
                Ok(text.into())
            }
        }
    }

    /// What comes after the last row.
    fn tail(self) -> Bytes {
        match self {
            Self::Csv => Bytes::new(),
            Self::Json => Bytes::from_static(b"\n]\n"),
        }
    }

    /// As which it is sent.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

fn records<R>(rows: impl IntoIterator<Item = R>) -> io::Result<Vec<u8>>
where
    R: IntoIterator<Item: AsRef<[u8]>>,
{
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for record in rows {
        writer.write_record(record)?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// A text that a spreadsheet does not take for a formula (OWASP, CSV injection).
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches(' ').chars().next();
    let dangerous =
        first.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
    if dangerous { format!("'{text}").into() } else { text.into() }
}
