use cardkey_licensing::model::{App, AppStatus};
use serde::Serialize;
use utoipa::ToSchema;

use super::policy::PolicyView;

/// An application.
#[derive(Serialize, ToSchema)]
pub(crate) struct AppView {
    id: String,
    name: String,
    description: Option<String>,
    contact: Option<String>,
    /// `active` or `disabled`.
    status: &'static str,
    policy: PolicyView,
    created_at: String,
    updated_at: String,
}

impl From<App> for AppView {
    fn from(app: App) -> Self {
        Self {
            id: app.id.to_string(),
            name: app.name.to_string(),
            description: app.description.map(|text| text.to_string()),
            contact: app.contact.map(|text| text.to_string()),
            status: match app.status {
                AppStatus::Active => "active",
                AppStatus::Disabled => "disabled",
            },
            policy: app.policy.into(),
            created_at: app.created_at.to_string(),
            updated_at: app.updated_at.to_string(),
        }
    }
}
