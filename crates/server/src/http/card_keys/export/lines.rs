//! The formats that are written line by line.

use std::borrow::Cow;
use std::io;

use bytes::Bytes;

use super::row::{COLUMNS, Row};

/// A format that is written line by line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// The codes alone.
    Txt,
    /// RFC 4180, with a header, in UTF-8 with the mark that spreadsheets look for.
    Csv,
    /// An array of objects.
    Json,
}

/// What a spreadsheet needs to know that a CSV is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

impl Lines {
    /// What comes before the first row.
    pub(super) fn head(self) -> io::Result<Bytes> {
        match self {
            Self::Txt => Ok(Bytes::new()),
            Self::Csv => {
                let mut head = BYTE_ORDER_MARK.to_vec();
                head.extend(records([COLUMNS])?);
                Ok(head.into())
            }
            Self::Json => Ok(Bytes::from_static(b"[")),
        }
    }

    /// Some rows; `first` tells that none came before.
    pub(super) fn rows(self, rows: &[Row], first: bool) -> io::Result<Bytes> {
        match self {
            Self::Txt => {
                let lines = rows.iter().flat_map(|row| [row.card_key.as_str(), "\n"]);
                Ok(lines.collect::<String>().into())
            }
            Self::Csv => Ok(records(rows.iter().map(Row::cells).map(|cells| cells.map(Cow::into_owned)))?.into()),
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
    pub(super) fn tail(self) -> Bytes {
        match self {
            Self::Txt | Self::Csv => Bytes::new(),
            Self::Json => Bytes::from_static(b"\n]\n"),
        }
    }
}

fn records<C: AsRef<[u8]>, const N: usize>(rows: impl IntoIterator<Item = [C; N]>) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for record in rows {
        writer.write_record(record)?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}
