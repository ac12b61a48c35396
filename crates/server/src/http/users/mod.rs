//! Accounts, for those who look after them (RBAC-02).

mod create;
mod edit;
mod list;
mod problems;
mod revoke_session;
mod sessions;
mod show;
mod sign_out;
mod view;

pub(super) use create::create;
pub(super) use edit::edit;
pub(super) use list::list;
pub(super) use problems::weak;
pub(super) use revoke_session::revoke_session;
pub(super) use sessions::sessions;
pub(super) use show::show;
pub(super) use sign_out::sign_out;
pub(super) use view::UserView;

#[cfg(test)]
mod tests;
