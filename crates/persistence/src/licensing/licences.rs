use async_trait::async_trait;
use cardkey_domain::{AppId, DeviceId, Id, LicenceId, Page, PageRequest, Timestamp, UserId};
use cardkey_events::StoreError;
use cardkey_licensing::LicenceRepository;
use cardkey_licensing::model::{Licence, Seat};

use super::seats;
use crate::database::Database;
use crate::sql::{Pick, Row, execute, one, params, won};
use crate::work::Work;

pub(super) const COLUMNS: &str =
    "id, card_key_id, app_id, owner_id, max_devices, expires_at, uses_left, trial, epoch, created_at";

#[async_trait]
impl LicenceRepository for Work {
    async fn insert(&mut self, licence: &Licence) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO licences ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        let values = params![
            licence.id,
            licence.card_key_id,
            licence.app_id,
            licence.owner_id,
            licence.max_devices,
            licence.expires_at,
            licence.uses_left,
            licence.trial,
            licence.epoch,
            licence.created_at,
        ];
        execute(self.on()?, &sql, values).await.map(|_| ())
    }

    async fn update(&mut self, licence: &Licence) -> Result<bool, StoreError> {
        let sql = "UPDATE licences SET owner_id = ?, max_devices = ?, expires_at = ?, uses_left = ?, epoch = epoch + 1 \
                   WHERE id = ? AND epoch = ?";
        let values = params![
            licence.owner_id,
            licence.max_devices,
            licence.expires_at,
            licence.uses_left,
            licence.id,
            licence.epoch,
        ];
        won(self.on()?, sql, values).await
    }

    async fn take_use(&mut self, id: LicenceId) -> Result<bool, StoreError> {
        let sql = "UPDATE licences SET uses_left = uses_left - 1 WHERE id = ? AND uses_left > 0";
        won(self.on()?, sql, params![id]).await
    }

    async fn bind(&mut self, seat: &Seat) -> Result<(), StoreError> {
        seats::bind(self.on()?, seat).await
    }

    async fn unbind(
        &mut self,
        id: LicenceId,
        device: Option<DeviceId>,
        now: Timestamp,
    ) -> Result<Vec<DeviceId>, StoreError> {
        seats::unbind(self.on()?, id, device, now).await
    }

    async fn take_trial(&mut self, app: AppId, device: DeviceId, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO trials (app_id, device_id, taken_at) VALUES (?, ?, ?)";
        execute(self.on()?, sql, params![app, device, now]).await.map(|_| ())
    }
}

pub(super) async fn find(db: &Database, id: LicenceId) -> Result<Option<Licence>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM licences WHERE id = ?", params![id]).await?;
    row.map(|row| licence(&row)).transpose()
}

pub(super) async fn list(db: &Database, owner: UserId, page: PageRequest) -> Result<Page<Licence>, StoreError> {
    let pick = Pick::new().and_opt("owner_id = ?", Some(owner));
    pick.page(db.reads(), "licences", page, licence, |licence| licence.id.uuid()).await
}

pub(super) fn licence(row: &Row) -> Result<Licence, StoreError> {
    Ok(Licence {
        id: row.get("id")?,
        card_key_id: row.get("card_key_id")?,
        app_id: row.get("app_id")?,
        owner_id: row.get("owner_id")?,
        max_devices: row.get("max_devices")?,
        expires_at: row.opt("expires_at")?,
        uses_left: row.opt("uses_left")?,
        trial: row.get("trial")?,
        epoch: row.get("epoch")?,
        created_at: row.get("created_at")?,
    })
}
