//! Roles (RBAC-01).

mod body;
mod change;
mod create;
mod delete;
mod list;
mod problems;
mod view;

pub(super) use change::change;
pub(super) use create::create;
pub(super) use delete::delete;
pub(super) use list::list;

#[cfg(test)]
mod tests;
