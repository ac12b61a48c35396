//! The audit log as those who look back use it: search, statistics, export, chain and archives.

mod archive;
mod chain;
mod export;
mod refusal;
mod statistics;
mod table_gone;
