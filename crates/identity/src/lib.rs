//! Identity: accounts and roles, signing in, sessions, tokens and their revocation.
//!
//! [`Identity`] is the service; each use case is a file (`sign_in.rs`, `refresh.rs`, …) that opens a unit of work, writes through the
//! ports of `ports.rs`, records what happened and commits. `model/` holds what the ports speak of. Nothing here knows a database or HTTP.

pub mod model;
mod ports;

pub use ports::{
    Activity, DenyList, LockoutRepository, Reader, RefreshTokenRepository, RoleRepository, SessionRepository,
    SigningKeyRepository, Store, UnitOfWork, UserFilter, UserRepository,
};
