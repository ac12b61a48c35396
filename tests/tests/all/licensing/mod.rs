//! Apps, card keys, licences and devices, as operators and clients see them.

mod activation;
mod apps;
mod batches;
mod blacklist;
mod card_key_changes;
mod card_key_lists;
mod device_keys;
mod devices;
mod export;
mod heartbeats;
mod own_unbinds;
mod races;
mod seats;
mod verdicts;
mod verify;
