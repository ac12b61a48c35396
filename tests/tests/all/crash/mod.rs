//! What was acknowledged survives a crash, and nothing is acknowledged before it would.

mod fsync;
mod kill_9;
mod ledger;
mod traffic;
