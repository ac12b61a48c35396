//! What was acknowledged survives a crash, and nothing is acknowledged before it would.

mod fsync;
mod heartbeats;
mod kill_9;
mod ledger;
mod traffic;
