use std::str::FromStr;

use async_trait::async_trait;
use cardkey_domain::{Permission, RoleName};
use cardkey_events::StoreError;
use cardkey_identity::RoleRepository;
use cardkey_identity::model::CustomRole;
use sea_orm::DbBackend;

use crate::database::Database;
use crate::sql::{Param, Row, all, execute, for_update, one, params, places, won};
use crate::work::Work;

#[async_trait]
impl RoleRepository for Work {
    async fn insert(&mut self, role: &CustomRole) -> Result<(), StoreError> {
        let sql = "INSERT INTO roles (name, description, permissions, created_at, updated_at) VALUES (?, ?, ?, ?, ?)";
        let values = params![
            role.name.as_str(),
            role.description.as_ref(),
            permissions_text(role),
            role.created_at,
            role.updated_at,
        ];
        execute(self.on(), sql, values).await.map(|_| ())
    }

    async fn hold(&mut self, names: &[RoleName]) -> Result<Vec<CustomRole>, StoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let on = self.on();
        let lock = match on.backend() {
            DbBackend::Postgres => " FOR SHARE",
            DbBackend::MySql => " LOCK IN SHARE MODE",
            _ => "",
        };
        let sql = format!("SELECT * FROM roles WHERE name IN ({}) ORDER BY name{lock}", places(names.len()));
        let values = names.iter().map(|name| name.as_str().value()).collect();
        all(on, &sql, values).await?.iter().map(role).collect()
    }

    async fn update(&mut self, role: &CustomRole) -> Result<bool, StoreError> {
        let sql = "UPDATE roles SET description = ?, permissions = ?, updated_at = ? WHERE name = ?";
        let values = params![role.description.as_ref(), permissions_text(role), role.updated_at, role.name.as_str()];
        won(self.on(), sql, values).await
    }

    async fn delete_unheld(&mut self, name: &RoleName) -> Result<bool, StoreError> {
        let on = self.on();
        // Waits for those who hold it to give it away; only then is what follows the truth.
        let lock = for_update(on.backend());
        let sql = format!("SELECT name FROM roles WHERE name = ?{lock}");
        one(on, &sql, params![name.as_str()]).await?;
        let sql = "DELETE FROM roles WHERE name = ? AND NOT EXISTS (SELECT 1 FROM user_roles WHERE role = ?)";
        won(on, sql, params![name.as_str(), name.as_str()]).await
    }
}

pub(super) async fn every(db: &Database) -> Result<Vec<CustomRole>, StoreError> {
    all(db.reads(), "SELECT * FROM roles ORDER BY name", Vec::new()).await?.iter().map(role).collect()
}

fn role(row: &Row) -> Result<CustomRole, StoreError> {
    let name: String = row.get("name")?;
    let permissions: String = row.get("permissions")?;
    Ok(CustomRole {
        name: RoleName::parse(&name).map_err(|_| StoreError::damaged("a role of no possible name"))?,
        description: row.opt("description")?,
        // A permission of an older program that is no more grants nothing.
        permissions: permissions.split(',').filter_map(|name| Permission::from_str(name).ok()).collect(),
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn permissions_text(role: &CustomRole) -> String {
    role.permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(",")
}
