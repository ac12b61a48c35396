use std::borrow::Cow;
use std::io;
use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;
use serde::Serialize;

/// A file in pieces.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>>>>;

/// Rows, some at a time, so that a million of them need no memory.
pub(crate) type Steps<R> = Pin<Box<dyn Stream<Item = io::Result<Vec<R>>>>>;

/// What a file tells of one thing.
pub(crate) trait Row: Serialize + Send + 'static {
    /// The columns, in the order of the cells.
    const COLUMNS: &'static [&'static str];

    /// A text for each column.
    fn cells(&self) -> Vec<Cow<'_, str>>;
}
