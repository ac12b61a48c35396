use std::fmt;

use uuid::Uuid;

/// Which part of a list is wanted. Lists are ordered by identifier, newest first, so a cursor is the last identifier seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    size: u32,
    position: Position,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Number(u32),
    After(Cursor),
}

/// Why a page is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPage {
    /// Pages hold 1 to 100 items.
    #[error("page_size must be 1 to 100")]
    Size,
    /// Pages are counted from 1; far ones are reached by cursor.
    #[error("page must be 1 to 100000")]
    Number,
    /// Not a cursor we gave.
    #[error("cursor is not one of ours")]
    Cursor,
}

impl PageRequest {
    const DEFAULT_SIZE: u32 = 20;
    const LARGEST_SIZE: u32 = 100;
    const LAST_NUMBER: u32 = 100_000;

    /// Checks what came in; a cursor takes precedence over a page number.
    pub fn parse(page: Option<u64>, size: Option<u64>, cursor: Option<&str>) -> Result<Self, InvalidPage> {
        let within = |value: u64, largest: u32| u32::try_from(value).ok().filter(|v| (1..=largest).contains(v));
        let size = match size {
            None => Self::DEFAULT_SIZE,
            Some(size) => within(size, Self::LARGEST_SIZE).ok_or(InvalidPage::Size)?,
        };
        let number = match page {
            None => 1,
            Some(page) => within(page, Self::LAST_NUMBER).ok_or(InvalidPage::Number)?,
        };
        let position = match cursor {
            None => Position::Number(number),
            Some(text) => Position::After(Cursor::parse(text)?),
        };
        Ok(Self { size, position })
    }

    /// The first page of the default size.
    #[must_use]
    pub fn first() -> Self {
        Self { size: Self::DEFAULT_SIZE, position: Position::Number(1) }
    }

    /// The first page of at most `size` items, for callers inside (exports walk in larger steps than clients may).
    #[must_use]
    pub fn of(size: u32) -> Self {
        Self { size, position: Position::Number(1) }
    }

    /// The page of the same size that follows `cursor`.
    #[must_use]
    pub fn after(self, cursor: Cursor) -> Self {
        Self { position: Position::After(cursor), ..self }
    }

    /// How many items at most.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }

    /// The page's number, 1 where a cursor was given.
    #[must_use]
    pub fn number(&self) -> u32 {
        match self.position {
            Position::Number(number) => number,
            Position::After(_) => 1,
        }
    }

    /// How many items to pass over.
    #[must_use]
    pub fn offset(&self) -> u64 {
        u64::from(self.number() - 1) * u64::from(self.size)
    }

    /// The identifier before which the page starts.
    #[must_use]
    pub fn before(&self) -> Option<Uuid> {
        match self.position {
            Position::Number(_) => None,
            Position::After(cursor) => Some(cursor.0),
        }
    }
}

/// A place in a list; opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(Uuid);

impl Cursor {
    /// The place just after this identifier.
    #[must_use]
    pub fn at(last: Uuid) -> Self {
        Self(last)
    }

    fn parse(text: &str) -> Result<Self, InvalidPage> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidPage::Cursor)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.simple(), f)
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of what a query for `request.size() + 1` rows returned: the extra row only tells that there is more.
    #[must_use]
    pub fn from_rows(mut rows: Vec<T>, request: &PageRequest, total: u64, id: impl Fn(&T) -> Uuid) -> Self {
        let size = request.size() as usize;
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(|row| Cursor::at(id(row))) } else { None };
        Self { items: rows, total, next }
    }

    /// The same page of other items.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), total: self.total, next: self.next }
    }
}
