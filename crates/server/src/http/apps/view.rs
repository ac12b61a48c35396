use cardkey_licensing::model::{App, AppStatus, Maintenance};
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
    /// Null where there is none, neither under way nor to come.
    maintenance: Option<MaintenanceView>,
    created_at: String,
    updated_at: String,
}

/// Work on an app: from its beginning on nobody new signs in to it, redeems a card key of it or starts it.
#[derive(Serialize, ToSchema)]
pub(crate) struct MaintenanceView {
    id: String,
    message: Option<String>,
    from: String,
    /// Null where somebody has to end it.
    until: Option<String>,
}

impl From<Maintenance> for MaintenanceView {
    fn from(maintenance: Maintenance) -> Self {
        Self {
            id: maintenance.id.to_string(),
            message: maintenance.message.map(|text| text.to_string()),
            from: maintenance.starts_at.to_string(),
            until: maintenance.ends_at.map(|end| end.to_string()),
        }
    }
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
            maintenance: app.maintenance.map(MaintenanceView::from),
            created_at: app.created_at.to_string(),
            updated_at: app.updated_at.to_string(),
        }
    }
}
