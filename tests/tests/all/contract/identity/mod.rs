//! The ports of identity.

mod deny_list;
mod lockouts;
mod refresh_tokens;
mod roles;
mod session_ends;
mod sessions;
mod token_keys;
mod user_lists;
mod users;
