use std::sync::Arc;
use std::time::Duration;

use cardkey_crypto::JwkSet;
use cardkey_domain::{AppId, Page, PageRequest, Text, Timestamp};
use cardkey_events::{Call, Deed, Happening, StoreError, record};

use crate::Licensing;
use crate::model::{App, AppPolicy, AppStatus, PolicyChange, SigningKeyState};
use crate::service::{ATTEMPTS, too_busy};

/// An app to be registered.
#[derive(Debug, Clone)]
pub struct RegisterApp {
    /// Its name.
    pub name: Text<100>,
    /// What it is.
    pub description: Option<Text<2000>>,
    /// Whom its users may turn to.
    pub contact: Option<Text<200>>,
    /// The rules of its licences.
    pub policy: AppPolicy,
}

/// What is to change of an app; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ChangeApp {
    /// Its name.
    pub name: Option<Text<100>>,
    /// What it is; `Some(None)` takes it away.
    pub description: Option<Option<Text<2000>>>,
    /// Whom its users may turn to; `Some(None)` takes it away.
    pub contact: Option<Option<Text<200>>>,
    /// Whether it may be used.
    pub status: Option<AppStatus>,
    /// The rules of its licences, rule by rule.
    pub policy: PolicyChange,
}

/// Why an app is not registered or changed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is no such app.
    #[error("no such app")]
    NotFound,
    /// A rule is out of range; the field's name.
    #[error("{0} is out of range")]
    Policy(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Licensing {
    /// Registers an app with a key that signs and a spare (APP-01, APP-07).
    pub async fn register_app(&self, call: &Call, command: RegisterApp) -> Result<App, AppError> {
        let now = self.ambient.now();
        let app = App {
            id: self.ambient.id(),
            name: command.name,
            description: command.description,
            contact: command.contact,
            status: AppStatus::Active,
            policy: command.policy.checked().map_err(AppError::Policy)?,
            maintenance: None,
            created_at: now,
            updated_at: now,
        };
        let keys = [SigningKeyState::Active, SigningKeyState::Spare].map(|state| self.new_signing_key(app.id, state));
        let deed = Deed::done("app.register").to("app", app.id).with("name", &app.name).with("policy", &app.policy);
        let mut work = self.store.begin().await?;
        work.apps().insert(&app).await?;
        for key in &keys {
            work.signing_keys().insert(key).await?;
        }
        record(work.as_mut(), &self.ambient, call, deed, vec![Happening::AppRegistered { app_id: app.id }]).await?;
        call.finish(work, &app, now).await?;
        Ok(app)
    }

    /// Changes an app.
    pub async fn change_app(&self, call: &Call, id: AppId, change: ChangeApp) -> Result<App, AppError> {
        for _ in 0..ATTEMPTS {
            let seen = self.read().app(id).await?.ok_or(AppError::NotFound)?;
            let now = later_than(seen.updated_at, self.ambient.now());
            let app = change.applied_to(&seen, now).map_err(AppError::Policy)?;
            let deed = Deed::done("app.change")
                .to("app", id)
                .with("name", &app.name)
                .with("status", app.status)
                .with("policy", &app.policy);
            let mut work = self.store.begin().await?;
            if !work.apps().update(&app, seen.updated_at).await? {
                continue;
            }
            record(work.as_mut(), &self.ambient, call, deed, vec![Happening::AppChanged { app_id: id }]).await?;
            call.finish(work, &app, now).await?;
            self.cache.forget_app(id);
            return Ok(app);
        }
        Err(too_busy().into())
    }

    /// Puts the spare signing key in the place of the active one and makes a new spare (APP-07). What the old one signed stays good.
    pub async fn rotate_signing_key(&self, call: &Call, id: AppId) -> Result<JwkSet, AppError> {
        for _ in 0..ATTEMPTS {
            let now = self.ambient.now();
            let mut records = self.read().signing_keys(id).await?;
            let in_state = |state| records.iter().position(|key| key.state == state);
            let (Some(active), Some(spare)) = (in_state(SigningKeyState::Active), in_state(SigningKeyState::Spare))
            else {
                return Err(if records.is_empty() { AppError::NotFound } else { damaged().into() });
            };
            let (retired, kid) = (records[active].id, records[spare].id.to_string());
            let fresh = self.new_signing_key(id, SigningKeyState::Spare);
            let deed = Deed::done("app.rotate_signing_key")
                .to("app", id)
                .with("kid", records[spare].id)
                .with("retired", retired);
            let mut work = self.store.begin().await?;
            if !work.signing_keys().promote_spare(id, retired).await? {
                continue;
            }
            work.signing_keys().insert(&fresh).await?;
            let rotated = Happening::SigningKeyRotated { app_id: Some(id), kid };
            record(work.as_mut(), &self.ambient, call, deed, vec![rotated]).await?;
            records.push(fresh);
            let published = crate::keyring::published(&records);
            call.finish(work, &published, now).await?;
            self.cache.forget_app(id);
            return Ok(published);
        }
        Err(too_busy().into())
    }

    /// An app, as it stood a moment ago.
    pub async fn app(&self, id: AppId) -> Result<Option<Arc<App>>, StoreError> {
        if let Some(app) = self.cache.app(id) {
            return Ok(Some(app));
        }
        let Some(app) = self.read().app(id).await?.map(Arc::new) else { return Ok(None) };
        self.cache.keep_app(Arc::clone(&app));
        Ok(Some(app))
    }

    /// Apps, newest first; `q` is a part of the name.
    pub async fn apps(&self, q: Option<&str>, page: PageRequest) -> Result<Page<App>, StoreError> {
        self.read().apps(q, page).await
    }

    /// An app's public keys: the one that signs, the one that will next, and those that did. `None` when there is no such app.
    pub async fn published_keys(&self, app: AppId) -> Result<Option<JwkSet>, StoreError> {
        Ok(self.keyring(app).await?.map(|keyring| keyring.jwks().clone()))
    }
}

impl ChangeApp {
    fn applied_to(&self, app: &App, now: Timestamp) -> Result<App, &'static str> {
        Ok(App {
            id: app.id,
            name: self.name.clone().unwrap_or_else(|| app.name.clone()),
            description: self.description.clone().unwrap_or_else(|| app.description.clone()),
            contact: self.contact.clone().unwrap_or_else(|| app.contact.clone()),
            status: self.status.unwrap_or(app.status),
            policy: self.policy.applied_to(&app.policy)?,
            maintenance: app.maintenance.clone(),
            created_at: app.created_at,
            updated_at: now,
        })
    }
}

/// Two changes within a microsecond must still be told apart.
fn later_than(seen: Timestamp, now: Timestamp) -> Timestamp {
    now.max(seen.plus(Duration::from_micros(1)))
}

fn damaged() -> StoreError {
    StoreError::damaged("an app without an active or a spare signing key")
}

#[cfg(test)]
mod tests;
