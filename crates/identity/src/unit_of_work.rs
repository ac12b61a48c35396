use cardkey_events::Transaction;

use crate::{
    DenyList, LockoutRepository, RefreshTokenRepository, RoleRepository, SessionRepository, SigningKeyRepository,
    UnitOfWork, UserRepository,
};

/// Whatever keeps all of it is a unit of work.
impl<T> UnitOfWork for T
where
    T: Transaction
        + UserRepository
        + RoleRepository
        + SessionRepository
        + RefreshTokenRepository
        + DenyList
        + LockoutRepository
        + SigningKeyRepository,
{
    fn users(&mut self) -> &mut dyn UserRepository {
        self
    }

    fn roles(&mut self) -> &mut dyn RoleRepository {
        self
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        self
    }

    fn refresh_tokens(&mut self) -> &mut dyn RefreshTokenRepository {
        self
    }

    fn deny_list(&mut self) -> &mut dyn DenyList {
        self
    }

    fn lockouts(&mut self) -> &mut dyn LockoutRepository {
        self
    }

    fn signing_keys(&mut self) -> &mut dyn SigningKeyRepository {
        self
    }
}
