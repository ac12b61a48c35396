//! Every test that needs more than one crate, in one program.
#![allow(clippy::unwrap_used, reason = "all of this is test code")]

mod announcements;
mod architecture;
mod audit;
mod bus;
mod clock;
mod contract;
mod crash;
mod demo;
mod harness;
mod identity;
mod licensing;
mod live;
mod outside;
mod process;
mod web;
