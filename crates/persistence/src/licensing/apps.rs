use async_trait::async_trait;
use cardkey_domain::{AppId, Id, Page, PageRequest, Timestamp};
use cardkey_events::StoreError;
use cardkey_licensing::AppRepository;
use cardkey_licensing::model::{App, AppPolicy, AppStatus};

use crate::database::Database;
use crate::sql::{Pick, Row, containing, execute, one, params, won};
use crate::work::Work;

pub(super) const COLUMNS: &str = "id, name, description, contact, status, policy, created_at, updated_at";

#[async_trait]
impl AppRepository for Work {
    async fn insert(&mut self, app: &App) -> Result<(), StoreError> {
        let sql = "INSERT INTO apps (id, name, name_key, description, contact, status, policy, created_at, updated_at) \
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let values = params![
            app.id,
            &app.name,
            name_key(app),
            app.description.as_ref(),
            app.contact.as_ref(),
            status_word(app.status),
            policy_text(&app.policy)?,
            app.created_at,
            app.updated_at,
        ];
        execute(self.on(), sql, values).await.map(|_| ())
    }

    async fn update(&mut self, app: &App, seen: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE apps SET name = ?, name_key = ?, description = ?, contact = ?, status = ?, policy = ?, \
                   updated_at = ? WHERE id = ? AND updated_at = ?";
        let values = params![
            &app.name,
            name_key(app),
            app.description.as_ref(),
            app.contact.as_ref(),
            status_word(app.status),
            policy_text(&app.policy)?,
            app.updated_at,
            app.id,
            seen,
        ];
        won(self.on(), sql, values).await
    }
}

pub(super) async fn find(db: &Database, id: AppId) -> Result<Option<App>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM apps WHERE id = ?");
    one(db.reads(), &sql, params![id]).await?.map(|row| app(&row)).transpose()
}

pub(super) async fn list(db: &Database, q: Option<&str>, page: PageRequest) -> Result<Page<App>, StoreError> {
    let pattern = q.map(|q| containing(&q.to_lowercase()));
    let pick = Pick::new().and_opt("name_key LIKE ? ESCAPE '!'", pattern);
    pick.page(db.reads(), "apps", page, app, |app| app.id.uuid()).await
}

pub(super) fn app(row: &Row) -> Result<App, StoreError> {
    let status: String = row.get("status")?;
    let policy: String = row.get("policy")?;
    let policy: AppPolicy = serde_json::from_str(&policy).map_err(|error| StoreError::Backend(error.into()))?;
    Ok(App {
        id: row.get("id")?,
        name: row.get("name")?,
        description: row.opt("description")?,
        contact: row.opt("contact")?,
        status: status_of(&status)?,
        policy,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// What a search by name looks through.
fn name_key(app: &App) -> String {
    app.name.as_str().to_lowercase()
}

fn policy_text(policy: &AppPolicy) -> Result<String, StoreError> {
    serde_json::to_string(policy).map_err(|error| StoreError::Backend(error.into()))
}

fn status_word(status: AppStatus) -> &'static str {
    match status {
        AppStatus::Active => "active",
        AppStatus::Disabled => "disabled",
    }
}

fn status_of(word: &str) -> Result<AppStatus, StoreError> {
    [AppStatus::Active, AppStatus::Disabled]
        .into_iter()
        .find(|status| status_word(*status) == word)
        .ok_or_else(|| StoreError::damaged("an app of no known status"))
}
