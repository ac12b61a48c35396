use std::sync::Arc;
use std::time::Duration;

use cardkey_crypto::{JwkSet, SigningKey};
use cardkey_domain::{Ambient, AppId};
use reqwest::Url;
use tokio::sync::Mutex;

use crate::device_key::device_key;
use crate::http::{Backoff, Http, is_loopback};
use crate::storage::records::Records;
use crate::storage::{MemoryStorage, Storage};
use crate::{DeviceInfo, Error, system};

/// One app's connection to its licence server. Cheap to make, safe to share between tasks behind an [`Arc`].
pub struct Client {
    pub(crate) http: Http,
    pub(crate) app: AppId,
    pub(crate) version: Option<String>,
    pub(crate) device: DeviceInfo,
    pub(crate) trusted_keys: Option<JwkSet>,
    pub(crate) patience: Duration,
    pub(crate) records: Records,
    pub(crate) ambient: Ambient,
    /// Held while the tokens are renewed: one refresh at a time, and everybody else waits for its outcome.
    pub(crate) renewing: Mutex<()>,
    /// Held while the licence record is read, judged and replaced.
    pub(crate) judging: Mutex<()>,
    pub(crate) is_metered: bool,
    has_device_key: bool,
}

impl Client {
    /// Begins a client of the server at `server` (such as `https://licence.example.com`) for the app of this id.
    pub fn builder(server: &str, app: &str) -> ClientBuilder {
        ClientBuilder {
            server: server.to_owned(),
            app: app.to_owned(),
            version: None,
            device: None,
            storage: None,
            trusted_keys: None,
            has_device_key: false,
            is_metered: false,
            allow_plain_http: false,
            language: "zh-CN".to_owned(),
            patience: Duration::from_secs(6),
            backoff: Backoff::default(),
            ambient: None,
        }
    }

    /// The device's key, where the program wants one.
    pub(crate) async fn device_key(&self) -> Result<Option<SigningKey>, Error> {
        if !self.has_device_key {
            return Ok(None);
        }
        Ok(Some(device_key(&self.records, &self.ambient).await?))
    }
}

/// What a [`Client`] is made of. Everything but server and app has a default.
#[must_use]
pub struct ClientBuilder {
    server: String,
    app: String,
    version: Option<String>,
    device: Option<DeviceInfo>,
    storage: Option<Arc<dyn Storage>>,
    trusted_keys: Option<JwkSet>,
    has_device_key: bool,
    is_metered: bool,
    allow_plain_http: bool,
    language: String,
    patience: Duration,
    pub(crate) backoff: Backoff,
    ambient: Option<Ambient>,
}

impl ClientBuilder {
    /// The program's own version (SemVer). Without it an app that sets a minimum version refuses.
    pub fn version(self, version: &str) -> Self {
        Self { version: Some(version.to_owned()), ..self }
    }

    /// What tells this computer apart. Default: [`DeviceInfo::collect`].
    pub fn device(self, device: DeviceInfo) -> Self {
        Self { device: Some(device), ..self }
    }

    /// Where records are kept between starts. Default: in memory, which forgets everything.
    pub fn storage(self, storage: impl Storage + 'static) -> Self {
        Self { storage: Some(Arc::new(storage)), ..self }
    }

    /// Trusts these keys of the app and no others. Build them into the program (`GET /api/v1/apps/{id}/keys`, which lists the next key
    /// ahead of its time) where its users must not be able to run a server of their own. Default: fetched at activation and kept.
    pub fn trusted_keys(self, keys: JwkSet) -> Self {
        Self { trusted_keys: Some(keys), ..self }
    }

    /// Makes a key for this device, gives its public half at activation and proves at each verification that the private half is here,
    /// so that copied files are useless (DEV-08). Use it from the first activation on.
    pub fn device_key(self) -> Self {
        Self { has_device_key: true, ..self }
    }

    /// For licences that count uses: a verification whose reply was lost is repeated as the same one and costs no second use. The server
    /// then writes something down for each verification, which it does not for others.
    pub fn metered(self) -> Self {
        Self { is_metered: true, ..self }
    }

    /// Speaks plain http to other computers too. Tokens then travel in clear: for networks that are trusted wholly.
    pub fn allow_plain_http(self) -> Self {
        Self { allow_plain_http: true, ..self }
    }

    /// The language of the server's messages: `zh-CN` (the default) or `en`.
    pub fn language(self, language: &str) -> Self {
        Self { language: language.to_owned(), ..self }
    }

    /// How long [`Client::start`] waits for the server before it starts on the lease. Default: 6 s.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Another clock and source of randomness than the system's: for tests.
    pub fn ambient(self, ambient: Ambient) -> Self {
        Self { ambient: Some(ambient), ..self }
    }

    /// Makes the client. Nothing is sent yet.
    pub fn build(self) -> Result<Client, Error> {
        let app = self.app.parse().map_err(|_| setting("app", "is not an app's id"))?;
        let server = self.server_url()?;
        let device = self.device.or_else(DeviceInfo::collect).unwrap_or_default();
        if device.identifies_nothing() {
            return Err(setting("device", "identifies no computer: give at least one component"));
        }
        if self.trusted_keys.as_ref().is_some_and(|keys| keys.usable().next().is_none()) {
            return Err(setting("trusted_keys", "holds no Ed25519 key with a name"));
        }
        let ambient = self.ambient.unwrap_or_else(system::ambient);
        Ok(Client {
            http: Http::new(server, &self.language, self.backoff, ambient.clone())?,
            app,
            version: self.version,
            device,
            trusted_keys: self.trusted_keys,
            patience: self.patience,
            records: Records::new(self.storage.unwrap_or_else(|| Arc::new(MemoryStorage::new()))),
            ambient,
            renewing: Mutex::new(()),
            judging: Mutex::new(()),
            is_metered: self.is_metered,
            has_device_key: self.has_device_key,
        })
    }

    fn server_url(&self) -> Result<Url, Error> {
        let url = Url::parse(&self.server).map_err(|error| setting("server", format!("is not an address: {error}")))?;
        match url.scheme() {
            "https" => Ok(url),
            "http" if self.allow_plain_http || is_loopback(&url) => Ok(url),
            "http" => Err(setting("server", "is plain http to another computer: use https, or allow_plain_http()")),
            _ => Err(setting("server", "must begin with https://")),
        }
    }
}

fn setting(setting: &'static str, problem: impl Into<String>) -> Error {
    Error::Setting { setting, problem: problem.into() }
}
