use std::net::IpAddr;

use async_trait::async_trait;
use cardkey_domain::{BlacklistSubject, Page, PageRequest, RoleName, SessionId, SigningKeyId, Timestamp, UserId};
use cardkey_events::{StoreError, Transaction};

use crate::model::{
    CustomRole, DeniedToken, EndReason, Lockout, LockoutBucket, RefreshToken, Session, TokenHash, TokenKeyRecord, User,
    UserStatus,
};

/// Where identity keeps what it knows.
#[async_trait]
pub trait Store: Send + Sync {
    /// Opens a unit of work. Dropping it undoes everything.
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError>;

    /// Reads that need no transaction.
    fn read(&self) -> &dyn Reader;
}

/// The repositories of one transaction. Conditional writes return whether they won.
pub trait UnitOfWork: Transaction {
    /// Accounts.
    fn users(&mut self) -> &mut dyn UserRepository;
    /// Custom roles.
    fn roles(&mut self) -> &mut dyn RoleRepository;
    /// Sessions.
    fn sessions(&mut self) -> &mut dyn SessionRepository;
    /// Refresh tokens.
    fn refresh_tokens(&mut self) -> &mut dyn RefreshTokenRepository;
    /// Tokens that are refused.
    fn deny_list(&mut self) -> &mut dyn DenyList;
    /// Failed sign-ins and the devices an account is known to use.
    fn lockouts(&mut self) -> &mut dyn LockoutRepository;
    /// Keys that sign tokens.
    fn signing_keys(&mut self) -> &mut dyn SigningKeyRepository;
}

/// Writes accounts.
#[async_trait]
pub trait UserRepository: Send {
    /// Adds an account with its roles; [`cardkey_events::Constraint::UserName`] or [`cardkey_events::Constraint::Email`] when either is taken.
    async fn insert(&mut self, user: &User) -> Result<(), StoreError>;
    /// Overwrites everything but the identifier, the time of making and the time of the last sign-in, if the account is still as of
    /// `seen` (its `updated_at`). Roles too.
    async fn update(&mut self, user: &User, seen: Timestamp) -> Result<bool, StoreError>;
    /// Notes a sign-in; `updated_at` stays. Holds the account's row until the unit ends, so that sign-ins of one account follow one
    /// another. False when the account is gone or disabled, or its password was changed since `password_changed_at`.
    async fn note_login(
        &mut self,
        id: UserId,
        password_changed_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Replaces a hash of another system or of an old cost, if it is still `old`; `updated_at` stays.
    async fn upgrade_hash(&mut self, id: UserId, old: &str, new: &str) -> Result<bool, StoreError>;
    /// How many active accounts other than `id` are super_admin. Whoever asks holds a lock until the unit ends, so that two cannot each
    /// rely on the other.
    async fn other_super_admins(&mut self, id: UserId) -> Result<u64, StoreError>;
}

/// Writes custom roles.
#[async_trait]
pub trait RoleRepository: Send {
    /// Adds a role; [`cardkey_events::Constraint::RoleName`] when the name is taken.
    async fn insert(&mut self, role: &CustomRole) -> Result<(), StoreError>;
    /// The custom roles among these names, held as they are until the unit ends: nobody changes or deletes them meanwhile.
    async fn hold(&mut self, names: &[RoleName]) -> Result<Vec<CustomRole>, StoreError>;
    /// Overwrites description, permissions and `updated_at`; false when there is none.
    async fn update(&mut self, role: &CustomRole) -> Result<bool, StoreError>;
    /// Deletes a role that no account holds; false when one does or there is none.
    async fn delete_unheld(&mut self, name: &RoleName) -> Result<bool, StoreError>;
}

/// Writes sessions.
#[async_trait]
pub trait SessionRepository: Send {
    /// Adds a session.
    async fn insert(&mut self, session: &Session) -> Result<(), StoreError>;
    /// The account's live sessions, least recently active first: those of this unit of work, and all that others committed before this
    /// unit took the account's row (so not those of a snapshot taken earlier).
    async fn live_of(&mut self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError>;
    /// Ends those of the sessions that were not ended before; returns them as they stand after, with the tokens they held then.
    async fn end(&mut self, ids: &[SessionId], reason: EndReason, now: Timestamp) -> Result<Vec<Session>, StoreError>;
    /// After a refresh: the new tokens and the new idle end. False when the session lives no more.
    async fn refreshed(
        &mut self,
        id: SessionId,
        access: TokenHash,
        refresh: TokenHash,
        idle_end: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Ends up to `limit` sessions whose idle or absolute end has come, with the reason of the earlier of the two; returns them as they
    /// stand after.
    async fn end_overdue(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Session>, StoreError>;
    /// Deletes up to `limit` sessions, and their refresh tokens, that were ended before `before`; tells how many.
    async fn forget(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}

/// Writes refresh tokens.
#[async_trait]
pub trait RefreshTokenRepository: Send {
    /// Adds a token.
    async fn insert(&mut self, token: &RefreshToken) -> Result<(), StoreError>;
    /// Marks a token as exchanged, if it was not yet.
    async fn exchange(
        &mut self,
        hash: TokenHash,
        successor: TokenHash,
        sealed_reply: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Deletes tokens that ended before `now`, and the replies of those exchanged before `grace_end`.
    async fn forget(&mut self, now: Timestamp, grace_end: Timestamp) -> Result<u64, StoreError>;
}

/// Writes the deny-list.
#[async_trait]
pub trait DenyList: Send {
    /// Denies tokens; those denied already stay so.
    async fn deny(&mut self, tokens: &[DeniedToken], now: Timestamp) -> Result<(), StoreError>;
    /// Deletes those that ended anyway.
    async fn forget(&mut self, now: Timestamp) -> Result<u64, StoreError>;
}

/// Writes failures and known devices.
#[async_trait]
pub trait LockoutRepository: Send {
    /// Counts one more failure, in one statement; at `limit` consecutive ones sets the lock to `until`. A lock that has ended starts the
    /// count anew. Returns how it stands after.
    async fn fail(
        &mut self,
        bucket: LockoutBucket,
        limit: u32,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Lockout, StoreError>;
    /// Forgets the failures of a bucket that is not locked at `now`; false when it is.
    async fn clear(&mut self, bucket: LockoutBucket, now: Timestamp) -> Result<bool, StoreError>;
    /// Notes that an account uses a device, by the keyed hash of its identifier.
    async fn know_device(&mut self, user: UserId, device: [u8; 32], now: Timestamp) -> Result<(), StoreError>;
    /// Deletes buckets untouched since `before`.
    async fn forget(&mut self, before: Timestamp) -> Result<u64, StoreError>;
}

/// Writes the keys that sign tokens.
#[async_trait]
pub trait SigningKeyRepository: Send {
    /// Adds a key; [`cardkey_events::Constraint::Other`] when it is to be active, or spare, and another is (two nodes that start together).
    async fn insert(&mut self, key: &TokenKeyRecord) -> Result<(), StoreError>;
    /// Retires the active key `active` and puts the spare in its place, if both still stand so.
    async fn promote_spare(&mut self, active: SigningKeyId, now: Timestamp) -> Result<bool, StoreError>;
}

/// Reads outside any unit of work.
#[async_trait]
pub trait Reader: Send + Sync {
    /// An account.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;
    /// The account of a user name's or email address's key.
    async fn user_by_login(&self, key: &str) -> Result<Option<User>, StoreError>;
    /// Accounts, newest first.
    async fn users(&self, filter: &UserFilter, page: PageRequest) -> Result<Page<User>, StoreError>;
    /// How many accounts there are.
    async fn user_count(&self) -> Result<u64, StoreError>;

    /// Every custom role.
    async fn roles(&self) -> Result<Vec<CustomRole>, StoreError>;

    /// A session and its account, in one read.
    async fn session(&self, id: SessionId) -> Result<Option<(Session, User)>, StoreError>;
    /// An account's live sessions, most recently active first.
    async fn live_sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError>;

    /// A refresh token.
    async fn refresh_token(&self, hash: TokenHash) -> Result<Option<RefreshToken>, StoreError>;
    /// Whether a token is denied.
    async fn is_denied(&self, hash: TokenHash) -> Result<bool, StoreError>;

    /// How a bucket stands.
    async fn lockout(&self, bucket: LockoutBucket) -> Result<Lockout, StoreError>;
    /// Whether an account is known to use a device.
    async fn knows_device(&self, user: UserId, device: [u8; 32]) -> Result<bool, StoreError>;
    /// Whether an entry of the blacklist holds at `now` against any of the subjects.
    async fn is_blacklisted(&self, subjects: &[BlacklistSubject], now: Timestamp) -> Result<bool, StoreError>;

    /// Every key that signs or signed tokens.
    async fn token_keys(&self) -> Result<Vec<TokenKeyRecord>, StoreError>;

    /// Writes down when sessions were last used, in one statement where the database allows. Not part of any unit of work.
    async fn note_activity(&self, activity: &[Activity]) -> Result<(), StoreError>;
}

/// Which accounts are wanted. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// The name or the address begins with this.
    pub q: Option<String>,
    /// With this status.
    pub status: Option<UserStatus>,
    /// With this role.
    pub role: Option<RoleName>,
}

/// A session was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Which.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub ip: Option<IpAddr>,
}
