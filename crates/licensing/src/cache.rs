use std::sync::Arc;

use cardkey_domain::{AppId, DeviceId, LicenceId};

use crate::LicenceStanding;
use crate::blacklist::Blacklist;
use crate::keyring::Keyring;
use crate::model::App;

/// What may be remembered for a moment, at most a second: the truth is the store's. The service drops what its own writes change; who
/// provides the memory bounds its size and its age, and drops standings when an account changes.
pub trait Cache: Send + Sync {
    /// An app.
    fn app(&self, id: AppId) -> Option<Arc<App>>;
    /// Keeps an app.
    fn keep_app(&self, app: Arc<App>);
    /// The opened signing keys of an app.
    fn keyring(&self, app: AppId) -> Option<Arc<Keyring>>;
    /// Keeps opened signing keys.
    fn keep_keyring(&self, app: AppId, keyring: Arc<Keyring>);
    /// What a verdict rests on.
    fn standing(&self, licence: LicenceId, device: DeviceId) -> Option<Arc<LicenceStanding>>;
    /// Keeps what a verdict rests on.
    fn keep_standing(&self, standing: Arc<LicenceStanding>);
    /// The blacklist.
    fn blacklist(&self) -> Option<Arc<Blacklist>>;
    /// Keeps the blacklist.
    fn keep_blacklist(&self, blacklist: Arc<Blacklist>);

    /// An app or its keys changed: drops both, and every standing of the app.
    fn forget_app(&self, id: AppId);
    /// A licence, its card key or its seats changed: drops its standings.
    fn forget_licence(&self, id: LicenceId);
    /// The blacklist changed.
    fn forget_blacklist(&self);
}

/// Remembers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCache;

impl Cache for NoCache {
    fn app(&self, _: AppId) -> Option<Arc<App>> {
        None
    }
    fn keep_app(&self, _: Arc<App>) {}
    fn keyring(&self, _: AppId) -> Option<Arc<Keyring>> {
        None
    }
    fn keep_keyring(&self, _: AppId, _: Arc<Keyring>) {}
    fn standing(&self, _: LicenceId, _: DeviceId) -> Option<Arc<LicenceStanding>> {
        None
    }
    fn keep_standing(&self, _: Arc<LicenceStanding>) {}
    fn blacklist(&self) -> Option<Arc<Blacklist>> {
        None
    }
    fn keep_blacklist(&self, _: Arc<Blacklist>) {}
    fn forget_app(&self, _: AppId) {}
    fn forget_licence(&self, _: LicenceId) {}
    fn forget_blacklist(&self) {}
}
