//! Accounts, sessions and tokens, as a client sees them.

mod first_start;
mod forged_tokens;
mod lockout;
mod login_flood;
mod nodes;
mod passwords;
mod refresh;
mod roles;
mod sessions;
mod sign_in;
mod sign_out;
mod token_keys;
mod users;
