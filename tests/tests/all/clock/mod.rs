//! What time alone does. The clock is moved; nobody waits.

mod licences;
mod sessions;
