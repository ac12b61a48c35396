//! The ports of announcements.

mod announcements;
mod audiences;
mod inbox;
mod live;
mod marks;
mod notices;
