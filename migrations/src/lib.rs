//! The database's schema, step by step: one file per subject, named by date, written once for SQLite, PostgreSQL and MySQL/MariaDB.
//!
//! A migration is DDL in the column types of [`schema`], which spells them out for the database at hand. What has been released is never
//! edited; a change is a new file at the end of [`Migrator::migrations`]. Every unique index has a name of its own that begins with `uq_`,
//! because `persistence` tells by it which promise a race broke.

#![deny(missing_docs)]
#![allow(elided_lifetimes_in_paths, reason = "async_trait accepts `up` only as sea-orm-migration spells it")]

mod migrator;
mod schema;

mod m20261120_000001_journal;
mod m20261120_000002_identity;
mod m20261120_000003_licensing;
mod m20261120_000004_card_keys;
mod m20261120_000005_bus;
mod m20261120_000006_announce;
mod m20261120_000007_live;
mod m20261120_000009_races;
mod m20261126_000012_reminders;
mod m20261126_000013_audit;

pub use migrator::Migrator;
