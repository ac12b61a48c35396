use async_trait::async_trait;
use cardkey_domain::{
    AppId, BatchId, BlacklistId, BlacklistSubject, CardKeyId, DeviceId, EventId, LicenceId, MaskedCardKey, Page,
    PageRequest, SigningKeyId, Text, Timestamp, UserId,
};
use cardkey_events::{StoreError, Transaction};

use crate::Sighting;
use crate::model::{
    App, Batch, BatchStatus, BlacklistEntry, CardKey, CardKeyState, Device, Fingerprint, Licence, Maintenance,
    NewCardKey, Seat, SigningKeyRecord,
};

/// Where licensing keeps what it knows.
#[async_trait]
pub trait Store: Send + Sync {
    /// Opens a unit of work. Dropping it undoes everything.
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError>;

    /// Reads that need no transaction.
    fn read(&self) -> &dyn Reader;
}

/// The repositories of one transaction. Conditional writes return whether they won.
pub trait UnitOfWork: Transaction {
    /// Applications.
    fn apps(&mut self) -> &mut dyn AppRepository;
    /// Maintenance of applications.
    fn maintenances(&mut self) -> &mut dyn MaintenanceRepository;
    /// Keys that sign verdicts.
    fn signing_keys(&mut self) -> &mut dyn SigningKeyRepository;
    /// Batches of card keys.
    fn batches(&mut self) -> &mut dyn BatchRepository;
    /// Card keys.
    fn card_keys(&mut self) -> &mut dyn CardKeyRepository;
    /// Licences and their seats.
    fn licences(&mut self) -> &mut dyn LicenceRepository;
    /// Devices.
    fn devices(&mut self) -> &mut dyn DeviceRepository;
    /// The blacklist.
    fn blacklist(&mut self) -> &mut dyn BlacklistRepository;
}

/// Writes applications.
#[async_trait]
pub trait AppRepository: Send {
    /// Adds an app.
    async fn insert(&mut self, app: &App) -> Result<(), StoreError>;
    /// Overwrites everything but the identifier, the time of registration and the maintenance, if the app is still as of `seen` (its `updated_at`).
    async fn update(&mut self, app: &App, seen: Timestamp) -> Result<bool, StoreError>;
}

/// Writes the maintenance of apps: at most one each.
#[async_trait]
pub trait MaintenanceRepository: Send {
    /// Puts an app under maintenance; a conflict when it has one.
    async fn insert(&mut self, app: AppId, maintenance: &Maintenance) -> Result<(), StoreError>;
    /// Notes that one began; false when it had, or is no more.
    async fn start(&mut self, id: EventId, now: Timestamp) -> Result<bool, StoreError>;
    /// Takes one away; false when it is no more.
    async fn remove(&mut self, id: EventId) -> Result<bool, StoreError>;
}

/// Writes signing keys of apps.
#[async_trait]
pub trait SigningKeyRepository: Send {
    /// Adds a key.
    async fn insert(&mut self, key: &SigningKeyRecord) -> Result<(), StoreError>;
    /// Retires the app's active key `active` and puts its spare in its place, if both still stand so.
    async fn promote_spare(&mut self, app: AppId, active: SigningKeyId) -> Result<bool, StoreError>;
}

/// Writes batches.
#[async_trait]
pub trait BatchRepository: Send {
    /// Adds a batch.
    async fn insert(&mut self, batch: &Batch) -> Result<(), StoreError>;
    /// Moves a running batch from `from` to `to` generated keys, if nobody else did; completes it when all stand.
    async fn advance(&mut self, id: BatchId, from: u32, to: u32, now: Timestamp) -> Result<bool, StoreError>;
    /// Ends a running batch and tells how many keys it has; `None` when it runs no more.
    async fn cancel(&mut self, id: BatchId, now: Timestamp) -> Result<Option<u32>, StoreError>;
}

/// Writes card keys, and the counts that lists show of them.
#[async_trait]
pub trait CardKeyRepository: Send {
    /// Adds unused keys of a batch ([`Batch::unredeemed_end`] is when they end), in one statement where the database allows; [`cardkey_events::Constraint::CardKeyCode`] when a code exists.
    async fn insert_unused(&mut self, batch: &Batch, keys: &[NewCardKey], now: Timestamp) -> Result<(), StoreError>;

    /// Overwrites the changeable fields (state, state before, owner, licence, seats, times) of a key that still stands as `seen` did: same
    /// state, same owner, same end; [`cardkey_events::Constraint::Stale`] when somebody else was first.
    async fn update(&mut self, seen: &CardKey, key: &CardKey) -> Result<(), StoreError>;
}

/// Writes licences and seats.
#[async_trait]
pub trait LicenceRepository: Send {
    /// Adds a licence; [`cardkey_events::Constraint::LicenceOfCardKey`] when its card key has one.
    async fn insert(&mut self, licence: &Licence) -> Result<(), StoreError>;
    /// Overwrites owner, seats, end and uses, and raises the epoch by one, if the epoch is still that of `licence`. The next reminder
    /// stays as it is unless the end changes.
    async fn update(&mut self, licence: &Licence) -> Result<bool, StoreError>;
    /// Says when the next reminder is due, if it was due at `seen` still.
    async fn set_reminder(
        &mut self,
        id: LicenceId,
        seen: Timestamp,
        next: Option<Timestamp>,
    ) -> Result<bool, StoreError>;
    /// Takes one of the uses that are left; false when none is.
    async fn take_use(&mut self, id: LicenceId) -> Result<bool, StoreError>;
    /// Binds a device; [`cardkey_events::Constraint::SeatDevice`] or [`cardkey_events::Constraint::SeatNumber`] when either is taken.
    async fn bind(&mut self, seat: &Seat) -> Result<(), StoreError>;
    /// Frees the seat of one device, or of all; returns the devices that had one.
    async fn unbind(
        &mut self,
        id: LicenceId,
        device: Option<DeviceId>,
        now: Timestamp,
    ) -> Result<Vec<DeviceId>, StoreError>;
    /// Notes that an account freed the seat of a device on a licence of its own.
    async fn note_own_unbind(
        &mut self,
        id: LicenceId,
        device: DeviceId,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Notes that a device used up its trial of an app; [`cardkey_events::Constraint::Trial`] when it had.
    async fn take_trial(&mut self, app: AppId, device: DeviceId, now: Timestamp) -> Result<(), StoreError>;
}

/// Writes devices.
#[async_trait]
pub trait DeviceRepository: Send {
    /// Adds a device; [`cardkey_events::Constraint::DeviceFingerprint`] when the app knows it.
    async fn insert(&mut self, device: &Device) -> Result<(), StoreError>;
    /// Overwrites what a device told of itself (name, operating system, address, components, last seen).
    async fn update(&mut self, device: &Device) -> Result<(), StoreError>;
    /// Notes that a device was found offline that counted as online until `seen` says; [`cardkey_events::Constraint::Stale`] when it
    /// showed itself since, or was found before.
    async fn mark_offline(&mut self, seen: &Device) -> Result<(), StoreError>;
    /// Lets a device that was found offline count as online until a moment; [`cardkey_events::Constraint::Stale`] when it does already.
    async fn mark_online(&mut self, id: DeviceId, until: Timestamp) -> Result<(), StoreError>;
}

/// Writes the blacklist.
#[async_trait]
pub trait BlacklistRepository: Send {
    /// Adds an entry.
    async fn insert(&mut self, entry: &BlacklistEntry) -> Result<(), StoreError>;
    /// Lifts an entry; false when it was lifted already or never was.
    async fn lift(&mut self, id: BlacklistId, now: Timestamp) -> Result<bool, StoreError>;
}

/// Reads outside any unit of work.
#[async_trait]
pub trait Reader: Send + Sync {
    /// An app.
    async fn app(&self, id: AppId) -> Result<Option<App>, StoreError>;
    /// Apps, newest first; `q` is a part of the name.
    async fn apps(&self, q: Option<&str>, page: PageRequest) -> Result<Page<App>, StoreError>;
    /// Maintenances that are to begin or to end by `now`.
    async fn maintenances_due(&self, now: Timestamp, limit: u32) -> Result<Vec<(AppId, Maintenance)>, StoreError>;
    /// All signing keys of an app.
    async fn signing_keys(&self, app: AppId) -> Result<Vec<SigningKeyRecord>, StoreError>;

    /// A batch.
    async fn batch(&self, id: BatchId) -> Result<Option<Batch>, StoreError>;
    /// Batches, newest first.
    async fn batches(
        &self,
        app: Option<AppId>,
        status: Option<BatchStatus>,
        page: PageRequest,
    ) -> Result<Page<Batch>, StoreError>;

    /// A card key.
    async fn card_key(&self, id: CardKeyId) -> Result<Option<CardKey>, StoreError>;
    /// The card key of a code's keyed hash.
    async fn card_key_by_hash(&self, code_hash: [u8; 32]) -> Result<Option<CardKey>, StoreError>;
    /// Card keys, newest first. The total is exact for app, batch and state, and exact up to 100,000 for other filters.
    async fn card_keys(&self, filter: &CardKeyFilter, page: PageRequest) -> Result<Page<CardKey>, StoreError>;
    /// Keys in state unused or activated whose end is not after `now`, oldest end first.
    async fn card_keys_due(&self, now: Timestamp, limit: u32) -> Result<Vec<CardKey>, StoreError>;

    /// A licence with its bound seats.
    async fn licence(&self, id: LicenceId) -> Result<Option<(Licence, Vec<Seat>)>, StoreError>;
    /// When owners of a licence freed seats of it after `since`, newest first, at most 1,000.
    async fn own_unbinds(&self, id: LicenceId, since: Timestamp) -> Result<Vec<Timestamp>, StoreError>;
    /// An account's licences, newest first. Those whose card key was deleted are left out.
    async fn licences_of(&self, owner: UserId, page: PageRequest) -> Result<Page<LicenceOverview>, StoreError>;
    /// Licences whose owner is to be reminded by `now`, longest due first, with the state of their card keys.
    async fn reminders_due(&self, now: Timestamp, limit: u32) -> Result<Vec<(Licence, CardKeyState)>, StoreError>;
    /// Everything a verdict rests on, in one read.
    async fn standing(&self, licence: LicenceId, device: DeviceId) -> Result<Option<LicenceStanding>, StoreError>;

    /// A device.
    async fn device(&self, id: DeviceId) -> Result<Option<Device>, StoreError>;
    /// The device of a fingerprint in an app.
    async fn device_by_fingerprint(&self, app: AppId, fingerprint: &Fingerprint) -> Result<Option<Device>, StoreError>;
    /// Devices, newest first, each with its bound seats.
    async fn devices(&self, filter: &DeviceFilter, page: PageRequest) -> Result<Page<(Device, Vec<Seat>)>, StoreError>;
    /// Devices that counted as online until a moment before `now`, the longest silent first.
    async fn devices_silent(&self, now: Timestamp, limit: u32) -> Result<Vec<Device>, StoreError>;
    /// Those of these devices that were found offline.
    async fn devices_offline(&self, among: &[DeviceId]) -> Result<Vec<Device>, StoreError>;
    /// Every seat a device ever had, newest first, at most 100.
    async fn seats_of_device(&self, device: DeviceId) -> Result<Vec<Seat>, StoreError>;

    /// Whether the account exists and may act.
    async fn account_is_active(&self, user: UserId) -> Result<bool, StoreError>;
    /// The account of a user name, for transfers.
    async fn account_by_name(&self, user_name_key: &str) -> Result<Option<UserId>, StoreError>;
    /// The names of accounts, for lists.
    async fn account_names(&self, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError>;

    /// Entries that hold at `now` against any of the subjects.
    async fn blacklisted(
        &self,
        subjects: &[BlacklistSubject],
        now: Timestamp,
    ) -> Result<Vec<BlacklistEntry>, StoreError>;
    /// An entry.
    async fn blacklist_entry(&self, id: BlacklistId) -> Result<Option<BlacklistEntry>, StoreError>;
    /// Entries, newest first; with `in_force`, only those that hold then.
    async fn blacklist(
        &self,
        in_force: Option<Timestamp>,
        kind: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<BlacklistEntry>, StoreError>;

    /// Writes down when and whence devices were last seen, in one statement where the database allows; those that count as online do so
    /// for longer. Not part of any unit of work.
    async fn note_sightings(&self, sightings: &[Sighting]) -> Result<(), StoreError>;
    /// Folds the counts of card keys, so that totals stay quick.
    async fn fold_tallies(&self) -> Result<(), StoreError>;
}

/// What a verdict rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceStanding {
    /// The licence.
    pub licence: Licence,
    /// Where its card key stands.
    pub card_key_state: CardKeyState,
    /// The app.
    pub app: App,
    /// The device.
    pub device: Device,
    /// The device's seat on the licence, while it is bound.
    pub seat: Option<Seat>,
    /// Whether the owner's account may act.
    pub owner_active: bool,
}

/// A licence as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceOverview {
    /// The licence.
    pub licence: Licence,
    /// Where its card key stands.
    pub card_key_state: CardKeyState,
    /// What lists show of the card key's code.
    pub masked: MaskedCardKey,
    /// The app's name.
    pub app_name: Text<100>,
    /// Its bound seats.
    pub seats: Vec<Seat>,
}

/// Which card keys are wanted (CARD-11). Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardKeyFilter {
    /// Of this app.
    pub app: Option<AppId>,
    /// Of this batch.
    pub batch: Option<BatchId>,
    /// In this state; deleted ones are shown only when asked for.
    pub state: Option<CardKeyState>,
    /// Of this owner.
    pub owner: Option<UserId>,
    /// Bound to this device.
    pub device: Option<DeviceId>,
    /// Made at this time or later.
    pub created_from: Option<Timestamp>,
    /// Made before this time.
    pub created_to: Option<Timestamp>,
    /// The note begins with this.
    pub note: Option<String>,
    /// The whole code, by its keyed hash.
    pub code_hash: Option<[u8; 32]>,
    /// The first or the last four characters of the code, upper-case.
    pub code_part: Option<String>,
}

/// Which devices are wanted. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceFilter {
    /// Of this app.
    pub app: Option<AppId>,
    /// Of this owner.
    pub owner: Option<UserId>,
    /// On this licence.
    pub licence: Option<LicenceId>,
    /// Last seen at this time or later.
    pub seen_from: Option<Timestamp>,
    /// Last seen before this time.
    pub seen_before: Option<Timestamp>,
}
