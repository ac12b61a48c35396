/// One of the two names that savepoints take in turn, so that a unit's own is told from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Savepoint {
    Odd,
    Even,
}

impl Savepoint {
    fn other(self) -> Self {
        match self {
            Self::Odd => Self::Even,
            Self::Even => Self::Odd,
        }
    }
}

/// What must happen before the next unit's first statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The outer transaction begins.
    Begin,
    /// The unit before is kept.
    Keep(Savepoint),
    /// The unit before is undone, and its savepoint serves again.
    Undo(Savepoint),
    /// The unit before is gone already.
    Start(Savepoint),
}

impl Step {
    /// The step in SQL.
    pub(super) fn sql(self) -> &'static str {
        use Savepoint::{Even, Odd};
        match self {
            Self::Begin => "BEGIN IMMEDIATE; SAVEPOINT odd",
            Self::Keep(Even) => "RELEASE even; SAVEPOINT odd",
            Self::Keep(Odd) => "RELEASE odd; SAVEPOINT even",
            Self::Undo(Odd) => "ROLLBACK TO odd",
            Self::Undo(Even) => "ROLLBACK TO even",
            Self::Start(Odd) => "SAVEPOINT odd",
            Self::Start(Even) => "SAVEPOINT even",
        }
    }

    /// Keeps the unit of a savepoint.
    pub(super) fn release(savepoint: Savepoint) -> &'static str {
        match savepoint {
            Savepoint::Odd => "RELEASE odd",
            Savepoint::Even => "RELEASE even",
        }
    }

    /// The savepoint of the unit that starts with this step.
    pub(super) fn savepoint(self) -> Savepoint {
        match self {
            Self::Begin => Savepoint::Odd,
            Self::Keep(before) => before.other(),
            Self::Undo(same) | Self::Start(same) => same,
        }
    }
}
