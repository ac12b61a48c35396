//! What time alone does. The clock is moved; nobody waits.

mod devices;
mod licences;
mod sessions;
