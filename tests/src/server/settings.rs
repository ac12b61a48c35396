use std::collections::BTreeMap;

use crate::Database;
use crate::server::Server;

/// The password that the administrator of a server under test was given.
pub const ADMIN_PASSWORD: &str = "First-Start-1-password";

/// The environment of a server under test. Nothing else reaches it.
#[derive(Debug, Clone)]
pub struct Settings(BTreeMap<String, String>);

impl Default for Settings {
    fn default() -> Self {
        let fast = Self(BTreeMap::new()).set("PORT", "0").set("PASSWORD_SALT_ROUNDS", "4").set("LOG_LEVEL", "warn");
        fast.set("INITIAL_ADMIN_PASSWORD", ADMIN_PASSWORD).set("DATABASE_POOL_SIZE", "8")
    }
}

impl Settings {
    /// An environment with nothing in it.
    #[must_use]
    pub fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Sets a name, or changes it.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Takes a name away.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    /// Starts a server on a database and waits until it is ready.
    pub async fn start(self, database: Database) -> Server {
        Server::start(database, self).await
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }
}
