//! Sealed values that belong to the whole installation, such as the keys of keyed hashes. They are kept here, and not derived from the
//! master key, so that the master key can change.

use cardkey_events::StoreError;
use sea_orm::DbBackend;

use crate::database::Database;
use crate::sql::{all, one, params};

impl Database {
    /// The sealed value of a name.
    pub async fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = one(self.reads(), "SELECT sealed FROM secrets WHERE name = ?", params![name]).await?;
        row.map(|row| row.get("sealed")).transpose()
    }

    /// Keeps a sealed value under a name that has none; returns the one that stands then, which is another node's where that was first.
    pub async fn secret_or_insert(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let sql = match self.backend() {
            DbBackend::MySql => "INSERT IGNORE INTO secrets (name, sealed) VALUES (?, ?)",
            _ => "INSERT INTO secrets (name, sealed) VALUES (?, ?) ON CONFLICT DO NOTHING",
        };
        self.write(sql, params![name, sealed]).await?;
        self.secret(name).await?.ok_or_else(|| StoreError::damaged("a secret that was kept is gone"))
    }

    /// Puts a newly sealed value in the place of `old`; false when something else stands there by now.
    pub async fn replace_secret(&self, name: &str, old: &[u8], new: &[u8]) -> Result<bool, StoreError> {
        let sql = "UPDATE secrets SET sealed = ? WHERE name = ? AND sealed = ?";
        Ok(self.write(sql, params![new, name, old]).await? > 0)
    }

    /// The names there are, for a walk over all of them.
    pub async fn secret_names(&self) -> Result<Vec<String>, StoreError> {
        let rows = all(self.reads(), "SELECT name FROM secrets ORDER BY name", Vec::new()).await?;
        rows.iter().map(|row| row.get("name")).collect()
    }
}
