//! Identity: accounts and roles, signing in, sessions, tokens and their revocation.
//!
//! [`Identity`] is the service; each use case is a file (`sign_in.rs`, `refresh.rs`, …) that opens a unit of work, writes through the
//! ports of `ports.rs`, records what happened and commits. `model/` holds what the ports speak of, `memory/` the ports in memory.
//! `authenticate.rs` is the way in for every request; `revocations.rs` says how an end is felt at once. Nothing here knows a database,
//! HTTP or an async runtime.

mod account;
mod activity;
mod authenticate;
mod bootstrap;
mod caller_cache;
mod change_password;
mod claims_cache;
mod create_user;
mod edit_user;
mod ending;
mod grants;
mod hashing;
mod in_session;
mod lockout;
pub mod memory;
pub mod model;
mod ports;
mod refresh;
mod revocations;
mod roles;
mod rotate_keys;
mod service;
mod sessions;
mod settings;
mod sign_in;
mod sign_out;
mod sweep;
#[cfg(test)]
mod testing;
mod token_keys;
mod tokens;
mod turns;
mod unit_of_work;
mod users;

pub use account::{Account, SignedInDevice};
pub use authenticate::{Caller, Forbidden, NotSignedIn};
pub use bootstrap::{Bootstrap, BootstrapError, Bootstrapped};
pub use change_password::{ChangePassword, ChangePasswordError};
pub use create_user::{CreateUserError, NewPassword, NewUser};
pub use edit_user::{EditUser, EditUserError};
pub use hashing::{Busy, HashingPlace, PasswordWorker};
pub use ports::{
    Activity, DenyList, LockoutRepository, Reader, RefreshTokenRepository, RoleRepository, SessionRepository,
    SigningKeyRepository, Store, UnitOfWork, UserFilter, UserRepository,
};
pub use refresh::RefreshError;
pub use roles::{Role, RoleDraft, RoleError};
pub use rotate_keys::{RotateKeysError, RotatedKeys};
pub use service::{Identity, Parts};
pub use sessions::{RevokeSessionError, SignOutUserError};
pub use settings::{Settings, TokenSigning};
pub use sign_in::{Grant, SignIn, SignInError};
pub use sign_out::EndedSessions;
pub use sweep::Swept;
pub use tokens::{Claims, TokenPair, TokenType};
