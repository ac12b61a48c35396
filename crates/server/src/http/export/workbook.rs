//! XLSX: made by a thread of its own in a temporary file, row by row, and sent when it is whole.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use bytes::Bytes;
use futures::StreamExt;
use rust_xlsxwriter::{Workbook, XlsxError};
use tokio::sync::mpsc::{Receiver, channel};

use super::lines::harmless;
use super::{Pieces, Row, Steps};

/// As which it is sent.
pub(crate) const CONTENT_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Lines of one sheet, its heading among them, as Excel has them; what is beyond goes to a further sheet.
pub(super) const MOST_LINES: u32 = 1_048_576;

/// Characters of one cell, as Excel has them.
const MOST_CHARACTERS: usize = 32_767;

/// So many steps wait between the reader and the writer.
const WAITING: usize = 2;
/// The file is sent in pieces of this length.
const PIECE: usize = 64 * 1024;

/// Makes the workbook and returns it in pieces.
pub(crate) async fn workbook<R: Row>(mut steps: Steps<R>) -> io::Result<Pieces> {
    let (sender, receiver) = channel(WAITING);
    let writing = tokio::task::spawn_blocking(move || write(receiver, MOST_LINES));
    while let Some(rows) = steps.next().await {
        if sender.send(rows?).await.is_err() {
            break;
        }
    }
    drop(sender);
    let file = writing.await.map_err(io::Error::other)?.map_err(io::Error::other)?;
    Ok(Box::pin(futures::stream::try_unfold(file, next_piece)))
}

pub(super) fn write<R: Row>(mut steps: Receiver<Vec<R>>, most_lines: u32) -> Result<File, XlsxError> {
    let mut workbook = Workbook::new();
    let mut rows = std::iter::from_fn(|| steps.blocking_recv()).flatten().peekable();
    loop {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        for (column, name) in (0..).zip(R::COLUMNS) {
            sheet.write_string(0, column, *name)?;
        }
        for (line, row) in (1..most_lines).zip(&mut rows) {
            // Cells are written as text, which is never a formula; the quote is for those who save the sheet as CSV.
            for (column, cell) in (0..).zip(row.cells()) {
                sheet.write_string(line, column, fitting(&harmless(&cell)))?;
            }
        }
        if rows.peek().is_none() {
            break;
        }
    }
    let mut file = tempfile::tempfile()?;
    workbook.save_to_writer(&mut file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// What is longer than a cell ends in an ellipsis.
fn fitting(text: &str) -> Cow<'_, str> {
    if text.len() <= MOST_CHARACTERS || text.chars().count() <= MOST_CHARACTERS {
        return text.into();
    }
    let kept: String = text.chars().take(MOST_CHARACTERS - 1).collect();
    format!("{kept}…").into()
}

async fn next_piece(file: File) -> io::Result<Option<(Bytes, File)>> {
    let read = move || {
        let (mut file, mut piece) = (file, vec![0; PIECE]);
        let length = file.read(&mut piece)?;
        piece.truncate(length);
        Ok((length > 0).then(|| (Bytes::from(piece), file)))
    };
    tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
}
