//! XLSX: made by a thread of its own in a temporary file, row by row, and sent when it is whole.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;
use cardkey_licensing::{Export, Licensing};
use futures::Stream;
use rust_xlsxwriter::{Workbook, XlsxError};
use tokio::sync::mpsc::{Receiver, channel};

use super::row::{COLUMNS, Row};

/// So many steps wait between the reader and the writer.
const WAITING: usize = 2;
/// The file is sent in pieces of this length.
const PIECE: usize = 64 * 1024;

/// Makes the workbook and returns it in pieces.
pub(super) async fn pieces(
    licensing: Arc<Licensing>,
    mut export: Export,
) -> io::Result<impl Stream<Item = io::Result<Bytes>>> {
    let (sender, receiver) = channel(WAITING);
    let writing = tokio::task::spawn_blocking(move || write(receiver));
    loop {
        let step = licensing.export_step(&mut export).await.map_err(io::Error::other)?;
        if step.is_empty() {
            break;
        }
        let rows: Vec<Row> = step.iter().map(|(card, code)| Row::of(card, code)).collect();
        if sender.send(rows).await.is_err() {
            break;
        }
    }
    drop(sender);
    let file = writing.await.map_err(io::Error::other)?.map_err(io::Error::other)?;
    Ok(futures::stream::try_unfold(file, next_piece))
}

fn write(mut rows: Receiver<Vec<Row>>) -> Result<File, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_string(0, column, name)?;
    }
    let mut line = 1;
    while let Some(step) = rows.blocking_recv() {
        for row in step {
            // Cells are written as text, which is never a formula; the quote is for those who save the sheet as CSV.
            for (column, cell) in (0..).zip(row.cells()) {
                sheet.write_string(line, column, cell)?;
            }
            line += 1;
        }
    }
    let mut file = tempfile::tempfile()?;
    workbook.save_to_writer(&mut file)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
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
