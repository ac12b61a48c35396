use async_trait::async_trait;
use cardkey_domain::RoleName;
use cardkey_events::{Constraint, StoreError};

use super::MemoryWork;
use crate::RoleRepository;
use crate::model::CustomRole;

#[async_trait]
impl RoleRepository for MemoryWork {
    async fn insert(&mut self, role: &CustomRole) -> Result<(), StoreError> {
        if self.rows.roles.contains_key(&role.name) {
            return Err(StoreError::Conflict(Constraint::RoleName));
        }
        self.rows.roles.insert(role.name.clone(), role.clone());
        Ok(())
    }

    async fn hold(&mut self, names: &[RoleName]) -> Result<Vec<CustomRole>, StoreError> {
        Ok(names.iter().filter_map(|name| self.rows.roles.get(name)).cloned().collect())
    }

    async fn update(&mut self, role: &CustomRole) -> Result<bool, StoreError> {
        let Some(row) = self.rows.roles.get_mut(&role.name) else { return Ok(false) };
        *row = CustomRole { created_at: row.created_at, ..role.clone() };
        Ok(true)
    }

    async fn delete_unheld(&mut self, name: &RoleName) -> Result<bool, StoreError> {
        if self.rows.users.values().any(|user| user.roles.contains(name)) {
            return Ok(false);
        }
        Ok(self.rows.roles.remove(name).is_some())
    }
}
