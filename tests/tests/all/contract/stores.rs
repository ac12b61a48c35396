use std::ops::Deref;

use cardkey_announce::Reader;
use cardkey_domain::{AppId, GroupId, UserId};
use cardkey_identity::model::{User, UserStatus};
use cardkey_licensing::memory::MemoryStore;
use cardkey_licensing::model::App;
use cardkey_tests::{Backend, Database};

use super::samples::World;

/// How many connections a store under test may open.
const POOL: u32 = 16;

/// A migrated, empty database, and what drops it.
pub(crate) struct Opened {
    store: cardkey_persistence::Database,
    database: Database,
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
    Opened { store, database }
}

impl Opened {
    /// Puts an account into a group, and makes the group. Groups are managed by nobody yet.
    async fn join(&self, group: GroupId, user: UserId) {
        let literal = |id: String| match self.database.backend() {
            Backend::Postgres => format!("'{id}'"),
            Backend::Sqlite | Backend::MariaDb => format!("X'{}'", id.replace('-', "")),
        };
        let name = group.to_string();
        let (group, user) = (literal(name.clone()), literal(user.to_string()));
        self.database.statement(&format!("DELETE FROM user_groups WHERE id = {group}"));
        self.database.statement(&format!(
            "INSERT INTO user_groups (id, name, name_key, created_at, updated_at) VALUES ({group}, '{name}', '{name}', 1, 1)"
        ));
        self.database.statement(&format!(
            "INSERT INTO user_group_members (group_id, user_id, added_at) VALUES ({group}, {user}, 1)"
        ));
    }
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

/// A store of announcements under test.
pub(crate) enum Announce {
    Memory(Box<cardkey_announce::memory::MemoryStore>),
    Database(Opened),
}

impl Announce {
    pub(crate) fn in_memory() -> Self {
        Self::Memory(Box::default())
    }

    pub(crate) async fn on(backend: Backend) -> Self {
        Self::Database(open(Database::create(backend)).await)
    }

    pub(crate) fn live(&self) -> &dyn cardkey_announce::LiveReader {
        match self {
            Self::Memory(store) => store.as_ref(),
            Self::Database(opened) => &opened.store,
        }
    }

    /// Adds an active account with what it belongs to, which others keep: a licence of each app, a place in each group.
    pub(crate) async fn add_reader(&self, world: &World, name: &str, apps: &[AppId], groups: &[GroupId]) -> Reader {
        let user = world.user(name);
        let reader = Reader { user_id: user.id, app_ids: apps.to_vec(), group_ids: groups.to_vec() };
        match self {
            Self::Memory(store) => {
                store.know(name, &reader);
                apps.iter().for_each(|app| store.name_app(*app, "Paint"));
            }
            Self::Database(opened) => {
                let store: &dyn cardkey_identity::Store = &opened.store;
                commit!(store, work => work.users().insert(&user).await.unwrap());
                let store: &dyn cardkey_licensing::Store = &opened.store;
                for app_id in apps {
                    if store.read().app(*app_id).await.unwrap().is_none() {
                        let app = App { id: *app_id, ..world.app() };
                        commit!(store, work => work.apps().insert(&app).await.unwrap());
                    }
                    let licence = world.licence_of(*app_id, user.id);
                    commit!(store, work => work.licences().insert(&licence).await.unwrap());
                }
                for group_id in groups {
                    opened.join(*group_id, user.id).await;
                }
            }
        }
        reader
    }
}

impl Deref for Announce {
    type Target = dyn cardkey_announce::Store;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Memory(store) => store.as_ref(),
            Self::Database(opened) => &opened.store,
        }
    }
}
