//! Files that are made while they are sent: rows in, bytes out, whatever the rows are of.

mod lines;
mod row;
mod workbook;

pub(crate) use lines::{Lines, lines};
pub(crate) use row::{Pieces, Row, Steps};
pub(crate) use workbook::{CONTENT_TYPE as XLSX, workbook};

#[cfg(test)]
mod tests;
