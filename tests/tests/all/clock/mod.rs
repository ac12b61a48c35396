//! What time alone does. The clock is moved; nobody waits.

mod blacklist;
mod devices;
mod licences;
mod sessions;
