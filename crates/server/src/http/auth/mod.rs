//! Signing in and out, and what keeps one signed in (AUTH-01, AUTH-08, AUTH-11, AUTH-12, TOK-03).

mod change_password;
mod check_session;
mod device;
mod login;
mod logout;
mod problems;
mod refresh;
mod token_reply;

pub(super) use change_password::change_password;
pub(super) use check_session::check_session;
pub(super) use login::login;
pub(super) use logout::logout;
pub(super) use problems::busy;
pub(super) use refresh::refresh;

#[cfg(test)]
mod tests;
