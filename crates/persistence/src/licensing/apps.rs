use async_trait::async_trait;
use cardkey_domain::{AppId, Id, Page, PageRequest, Timestamp};
use cardkey_events::StoreError;
use cardkey_licensing::AppRepository;
use cardkey_licensing::model::{App, AppPolicy, AppStatus};

use super::maintenances;
use crate::database::Database;
use crate::sql::{Pick, Row, all, columns, containing, execute, one, params, won};
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
    let sql = format!("{} WHERE apps.id = ?", select());
    one(db.reads(), &sql, params![id]).await?.map(|mut row| app(&mut row)).transpose()
}

pub(super) async fn list(db: &Database, q: Option<&str>, page: PageRequest) -> Result<Page<App>, StoreError> {
    let pattern = q.map(|q| containing(&q.to_lowercase()));
    let pick = Pick::new().and_opt("name_key LIKE ? ESCAPE '!'", pattern);
    let total = pick.count(db.reads(), "apps", u64::MAX).await?;
    let pick = pick.and_opt("apps.id < ?", page.before());
    let sql = format!("{}{} ORDER BY apps.id DESC LIMIT ? OFFSET ?", select(), pick.conditions());
    let mut values = pick.params();
    values.extend(params![u64::from(page.size()) + 1, page.offset()]);
    let mut rows = all(db.reads(), &sql, values).await?;
    let items = rows.iter_mut().map(app).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(items, &page, total, |app| app.id.uuid()))
}

/// Apps with their maintenance.
fn select() -> String {
    let (app, maintenance) = (columns("apps", COLUMNS), columns("app_maintenances", maintenances::COLUMNS));
    format!("SELECT {app}, {maintenance} FROM apps LEFT JOIN app_maintenances ON app_maintenances.app_id = apps.id")
}

/// An app of a row that holds the columns of `apps` and of `app_maintenances`.
pub(super) fn app(row: &mut Row) -> Result<App, StoreError> {
    let maintenance = maintenances::of(row.under("app_maintenances"))?;
    let row = row.under("apps");
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
        maintenance,
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
