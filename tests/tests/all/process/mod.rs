//! The program: how it starts, what it refuses to start with, its commands, and how it ends.

mod commands;
mod environment;
mod health;
mod log;
mod metrics;
mod refusals;
mod rotation;
mod shutdown;
mod spans;
