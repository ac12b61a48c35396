//! Events on their way to handlers, and what happens by the clock.

mod commands;
mod crashes;
mod dead_letters;
mod handlers;
mod night;
