use async_trait::async_trait;
use cardkey_domain::{Email, Id, Page, PageRequest, RoleName, Secret, Timestamp, UserId, UserName};
use cardkey_events::StoreError;
use cardkey_identity::model::{User, UserStatus};
use cardkey_identity::{UserFilter, UserRepository};
use sea_orm::Value;

use crate::database::Database;
use crate::journal::insert;
use crate::sql::{On, Param, Pick, Row, after_prefix, all, execute, for_update, number, one, params, won};
use crate::work::Work;

pub(super) const COLUMNS: &str = "id, name, email, password_hash, status, must_change_password, roles, created_at, \
                                  updated_at, last_login_at, password_changed_at";

#[async_trait]
impl UserRepository for Work {
    async fn insert(&mut self, user: &User) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO users ({COLUMNS}, name_key, email_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        );
        let values = params![
            user.id,
            user.name.as_str(),
            user.email.as_ref().map(Email::as_str),
            user.password_hash.expose(),
            user.status.as_str(),
            user.must_change_password,
            roles_text(user),
            user.created_at,
            user.updated_at,
            user.last_login_at,
            user.password_changed_at,
            user.name.key(),
            user.email.as_ref().map(Email::key),
        ];
        execute(self.on(), &sql, values).await?;
        give_roles(self.on(), user).await
    }

    async fn update(&mut self, user: &User, seen: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE users SET name = ?, name_key = ?, email = ?, email_key = ?, password_hash = ?, status = ?, \
                   must_change_password = ?, roles = ?, updated_at = ?, password_changed_at = ? \
                   WHERE id = ? AND updated_at = ?";
        let values = params![
            user.name.as_str(),
            user.name.key(),
            user.email.as_ref().map(Email::as_str),
            user.email.as_ref().map(Email::key),
            user.password_hash.expose(),
            user.status.as_str(),
            user.must_change_password,
            roles_text(user),
            user.updated_at,
            user.password_changed_at,
            user.id,
            seen,
        ];
        let on = self.on();
        if !won(on, sql, values).await? {
            return Ok(false);
        }
        execute(on, "DELETE FROM user_roles WHERE user_id = ?", params![user.id]).await?;
        give_roles(on, user).await?;
        Ok(true)
    }

    async fn note_login(
        &mut self,
        id: UserId,
        password_changed_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE users SET last_login_at = ? WHERE id = ? AND status = 'active' AND password_changed_at = ?";
        won(self.on(), sql, params![now, id, password_changed_at]).await
    }

    async fn upgrade_hash(&mut self, id: UserId, old: &str, new: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?";
        won(self.on(), sql, params![new, id, old]).await
    }

    async fn other_super_admins(&mut self, id: UserId) -> Result<u64, StoreError> {
        let on = self.on();
        let lock = for_update(on.backend());
        let sql = format!("SELECT user_id FROM user_roles WHERE role = ? ORDER BY user_id{lock}");
        all(on, &sql, params![RoleName::SUPER_ADMIN]).await?;
        let sql = "SELECT COUNT(*) AS n FROM user_roles JOIN users ON users.id = user_roles.user_id \
                   WHERE user_roles.role = ? AND users.status = 'active' AND users.id <> ?";
        number(on, sql, params![RoleName::SUPER_ADMIN, id]).await
    }
}

pub(super) async fn find(db: &Database, id: UserId) -> Result<Option<User>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM users WHERE id = ?", params![id]).await?;
    row.map(|row| user(&row)).transpose()
}

/// An address holds an `@`, a name never does.
pub(super) async fn find_by_login(db: &Database, key: &str) -> Result<Option<User>, StoreError> {
    let sql = if key.contains('@') {
        "SELECT * FROM users WHERE email_key = ?"
    } else {
        "SELECT * FROM users WHERE name_key = ?"
    };
    one(db.reads(), sql, params![key]).await?.map(|row| user(&row)).transpose()
}

pub(super) async fn list(db: &Database, filter: &UserFilter, page: PageRequest) -> Result<Page<User>, StoreError> {
    let pick = Pick::new()
        .and_opt("status = ?", filter.status.map(UserStatus::as_str))
        .and_opt("id IN (SELECT user_id FROM user_roles WHERE role = ?)", filter.role.as_ref().map(RoleName::as_str));
    let pick = match filter.q.as_deref() {
        Some(q) => beginning_with(pick, &q.to_lowercase()),
        None => pick,
    };
    pick.page(db.reads(), "users", page, user, |user| user.id.uuid()).await
}

fn beginning_with(pick: Pick, prefix: &str) -> Pick {
    let after = after_prefix(prefix).unwrap_or_else(|| char::MAX.to_string());
    let range = [prefix.value(), after.value()];
    let condition = "((name_key >= ? AND name_key < ?) OR (email_key >= ? AND email_key < ?))";
    pick.and(condition, range.iter().chain(&range).cloned())
}

pub(super) async fn count(db: &Database) -> Result<u64, StoreError> {
    number(db.reads(), "SELECT COUNT(*) AS n FROM users", Vec::new()).await
}

pub(super) fn user(row: &Row) -> Result<User, StoreError> {
    let roles: String = row.get("roles")?;
    Ok(User {
        id: row.get("id")?,
        name: parsed(row, "name", UserName::parse)?,
        email: row.opt::<String>("email")?.map(|text| Email::parse(&text)).transpose().map_err(|_| damaged("email"))?,
        password_hash: Secret::new(row.get("password_hash")?),
        status: row.word("status")?,
        must_change_password: row.get("must_change_password")?,
        roles: role_names(&roles)?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        last_login_at: row.opt("last_login_at")?,
        password_changed_at: row.get("password_changed_at")?,
    })
}

fn parsed<T, E>(row: &Row, column: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<T, StoreError> {
    parse(&row.get::<String>(column)?).map_err(|_| damaged(column))
}

fn damaged(column: &str) -> StoreError {
    StoreError::damaged(format!("an account of no possible {column}"))
}

fn role_names(text: &str) -> Result<Vec<RoleName>, StoreError> {
    text.split(',')
        .filter(|name| !name.is_empty())
        .map(|name| RoleName::parse(name).map_err(|_| damaged("roles")))
        .collect()
}

fn roles_text(user: &User) -> String {
    let mut names: Vec<&str> = user.roles.iter().map(RoleName::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names.join(",")
}

async fn give_roles(on: On<'_>, user: &User) -> Result<(), StoreError> {
    let mut roles: Vec<&RoleName> = user.roles.iter().collect();
    roles.sort_unstable();
    roles.dedup();
    let values: Vec<Value> = roles.into_iter().flat_map(|role| params![role.as_str(), user.id]).collect();
    insert(on, "user_roles", "role, user_id", 2, values).await
}
