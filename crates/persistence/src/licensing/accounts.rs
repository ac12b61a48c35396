//! The little that licensing reads of accounts.

use cardkey_domain::UserId;
use cardkey_events::StoreError;

use crate::database::Database;
use crate::sql::{Param, all, one, params, places};

pub(super) async fn is_active(db: &Database, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS found FROM users WHERE id = ? AND status = 'active'";
    Ok(one(db.reads(), sql, params![user]).await?.is_some())
}

pub(super) async fn by_name(db: &Database, name_key: &str) -> Result<Option<UserId>, StoreError> {
    let row = one(db.reads(), "SELECT id FROM users WHERE name_key = ?", params![name_key]).await?;
    row.map(|row| row.get("id")).transpose()
}

pub(super) async fn names(db: &Database, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError> {
    let mut names = Vec::with_capacity(users.len());
    for users in users.chunks(500) {
        let sql = format!("SELECT id, name FROM users WHERE id IN ({})", places(users.len()));
        let values = users.iter().map(|user| user.value()).collect();
        for row in all(db.reads(), &sql, values).await? {
            names.push((row.get("id")?, row.get("name")?));
        }
    }
    Ok(names)
}
