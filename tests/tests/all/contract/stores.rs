use std::ops::Deref;

use cardkey_identity::model::{User, UserStatus};
use cardkey_licensing::memory::MemoryStore;
use cardkey_tests::{Backend, Database};

/// How many connections a store under test may open.
const POOL: u32 = 16;

/// A migrated, empty database, and what drops it.
pub(crate) struct Opened {
    store: cardkey_persistence::Database,
    _database: Database,
}

impl Deref for Opened {
    type Target = cardkey_persistence::Database;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

/// A store of licensing under test.
pub(crate) enum Licensing {
    Memory(MemoryStore),
    Database(Opened),
}

/// A store of identity under test.
pub(crate) enum Identity {
    Memory(cardkey_identity::memory::MemoryStore),
    Database(Opened),
}

pub(crate) async fn open(database: Database) -> Opened {
    let store = cardkey_persistence::Database::connect(database.url(), POOL).await.unwrap();
    store.migrate().await.unwrap();
    Opened { store, _database: database }
}

impl Licensing {
    pub(crate) fn in_memory() -> Self {
        Self::Memory(MemoryStore::new())
    }

    pub(crate) async fn on(backend: Backend) -> Self {
        Self::Database(open(Database::create(backend)).await)
    }

    /// Lets licensing see an account, which is identity's to keep.
    pub(crate) async fn add_account(&self, user: &User) {
        match self {
            Self::Memory(store) => {
                store.put_account(user.id, user.name.as_str(), user.status == UserStatus::Active);
            }
            Self::Database(opened) => {
                let store: &dyn cardkey_identity::Store = &opened.store;
                commit!(store, work => work.users().insert(user).await.unwrap());
            }
        }
    }
}

impl Deref for Licensing {
    type Target = dyn cardkey_licensing::Store;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Memory(store) => store,
            Self::Database(opened) => &opened.store,
        }
    }
}

impl Identity {
    pub(crate) fn in_memory() -> Self {
        Self::Memory(cardkey_identity::memory::MemoryStore::new())
    }

    pub(crate) async fn on(backend: Backend) -> Self {
        Self::Database(open(Database::create(backend)).await)
    }
}

impl Deref for Identity {
    type Target = dyn cardkey_identity::Store;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Memory(store) => store,
            Self::Database(opened) => &opened.store,
        }
    }
}
