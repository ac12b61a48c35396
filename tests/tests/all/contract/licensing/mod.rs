//! The ports of licensing.

mod apps;
mod batches;
mod blacklist;
mod card_key_lists;
mod card_keys;
mod devices;
mod licences;
mod maintenances;
mod reminders;
mod seats;
mod signing_keys;
mod standing;
mod units;
