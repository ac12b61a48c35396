//! Announcements, from the draft to who confirmed them, and what makes them by itself.

mod bad_input;
mod editing;
mod inbox;
mod linkage;
mod maintenance;
mod permissions;
mod reminders;
mod schedule;
mod statistics;
mod steps;

use steps::{act, draft, inbox, note, publish, show, texts, titles, try_write, write};
