//! SQLite: one connection that writes for all, a few that read.
//!
//! **Group commit.** Units of work that wait take turns in one outer transaction, each in a savepoint of its own, and are answered
//! together after the outer commit. So a disk that syncs a few hundred times a second makes thousands of units durable, and a unit that
//! fails or is dropped undoes itself alone. The connection goes from hand to hand: a unit that ends passes it on to the next one
//! ([`Group`]), and only what takes time or thought – the outer commit, a unit given up in the middle of a statement – is done by a task
//! of its own ([`Desk`]), which no caller can cancel.
//!
//! **Whoever lost looks again**, on a connection that reads, and must find what it lost to: a unit that is undone ends the outer
//! transaction, and reads wait for that end.
//!
//! **Checkpoints** are taken beside the writer (`checkpoints.rs`).
//!
//! **Few round trips.** Every statement crosses to the connection's thread and back, which costs more than most statements do. So what
//! separates one unit from the next ([`Step`]) travels with the next one's first statement, and connections are not tested between uses
//! ([`Pinned`]).

mod checkpoints;
mod desk;
mod group;
mod pinned;
mod readers;
mod step;
mod tally;
mod turn;
mod writer;

pub(crate) use readers::Readers;
pub(crate) use turn::Turn;
pub(crate) use writer::Writer;

use cardkey_events::StoreError;

fn gone() -> StoreError {
    StoreError::Unavailable("the writer has ended".into())
}

#[cfg(test)]
mod tests;
