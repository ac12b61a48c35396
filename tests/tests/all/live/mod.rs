//! The live connection: who is let in, what they are told, and how it ends.

mod crowd;
mod delivery;
mod document;
mod door;
mod endings;
mod frames;
mod limits;
mod notes;
mod restarts;
mod resume;
mod shutdown;
mod slow;
mod steps;
mod tickets;

use steps::{announce, announce_to, titles};
