use async_trait::async_trait;
use cardkey_domain::{AppId, DeviceId, Id, LicenceId, MaskedCardKey, Page, PageRequest, Timestamp, UserId};
use cardkey_events::StoreError;
use cardkey_licensing::model::{CardKeyState, Licence, Seat};
use cardkey_licensing::{LicenceOverview, LicenceRepository};

use super::seats;
use crate::database::Database;
use crate::sql::{Param, Pick, Row, Write, all, columns, one, params, won};
use crate::work::Work;

pub(super) const COLUMNS: &str =
    "id, card_key_id, app_id, owner_id, max_devices, expires_at, remind_at, uses_left, trial, epoch, created_at";

#[async_trait]
impl LicenceRepository for Work {
    async fn insert(&mut self, licence: &Licence) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO licences ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        let values = params![
            licence.id,
            licence.card_key_id,
            licence.app_id,
            licence.owner_id,
            licence.max_devices,
            licence.expires_at,
            licence.remind_at,
            licence.uses_left,
            licence.trial,
            licence.epoch,
            licence.created_at,
        ];
        self.later(Write::insert(sql, values));
        Ok(())
    }

    async fn update(&mut self, licence: &Licence) -> Result<bool, StoreError> {
        // Before the end itself: MySQL assigns from left to right.
        let sql = "UPDATE licences SET remind_at = CASE WHEN expires_at = ? THEN remind_at ELSE ? END, owner_id = ?, \
                   max_devices = ?, expires_at = ?, uses_left = ?, epoch = epoch + 1 WHERE id = ? AND epoch = ?";
        let values = params![
            licence.expires_at,
            licence.remind_at,
            licence.owner_id,
            licence.max_devices,
            licence.expires_at,
            licence.uses_left,
            licence.id,
            licence.epoch,
        ];
        won(self.on(), sql, values).await
    }

    async fn set_reminder(
        &mut self,
        id: LicenceId,
        seen: Timestamp,
        next: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        won(self.on(), "UPDATE licences SET remind_at = ? WHERE id = ? AND remind_at = ?", params![next, id, seen])
            .await
    }

    async fn take_use(&mut self, id: LicenceId) -> Result<bool, StoreError> {
        let sql = "UPDATE licences SET uses_left = uses_left - 1 WHERE id = ? AND uses_left > 0";
        won(self.on(), sql, params![id]).await
    }

    async fn bind(&mut self, seat: &Seat) -> Result<(), StoreError> {
        self.later(seats::binding(seat));
        Ok(())
    }

    async fn unbind(
        &mut self,
        id: LicenceId,
        device: Option<DeviceId>,
        now: Timestamp,
    ) -> Result<Vec<DeviceId>, StoreError> {
        seats::unbind(self.on(), id, device, now).await
    }

    async fn note_own_unbind(
        &mut self,
        id: LicenceId,
        device: DeviceId,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.later(seats::own_unbind(id, device, user, now));
        Ok(())
    }

    async fn take_trial(&mut self, app: AppId, device: DeviceId, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO trials (app_id, device_id, taken_at) VALUES (?, ?, ?)";
        self.later(Write::insert(sql, params![app, device, now]));
        Ok(())
    }
}

pub(super) async fn find(db: &Database, id: LicenceId) -> Result<Option<Licence>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM licences WHERE id = ?", params![id]).await?;
    row.map(|row| licence(&row)).transpose()
}

pub(super) async fn list(db: &Database, owner: UserId, page: PageRequest) -> Result<Page<LicenceOverview>, StoreError> {
    let from = "licences JOIN card_keys ON card_keys.id = licences.card_key_id JOIN apps ON apps.id = licences.app_id";
    let pick = Pick::new().and("licences.owner_id = ?", [owner.value()]).and("card_keys.state <> 'deleted'", []);
    let total = pick.count(db.reads(), from, u64::MAX).await?;
    let pick = pick.and_opt("licences.id < ?", page.before());
    let sql = format!(
        "SELECT {}, card_keys.state AS key_state, card_keys.code_head, card_keys.code_tail, apps.name AS app_name \
         FROM {from}{} ORDER BY licences.id DESC LIMIT ? OFFSET ?",
        columns("licences", COLUMNS),
        pick.conditions()
    );
    let mut values = pick.params();
    values.extend([(u64::from(page.size()) + 1).value(), page.offset().value()]);
    let mut rows = all(db.reads(), &sql, values).await?;
    let items = rows.iter_mut().map(overview).collect::<Result<Vec<_>, _>>()?;
    let mut page = Page::from_rows(items, &page, total, |overview| overview.licence.id.uuid());
    let ids: Vec<LicenceId> = page.items.iter().map(|overview| overview.licence.id).collect();
    for seat in seats::bound_to_each(db, &ids).await? {
        if let Some(overview) = page.items.iter_mut().find(|overview| overview.licence.id == seat.licence_id) {
            overview.seats.push(seat);
        }
    }
    Ok(page)
}

pub(super) async fn reminders_due(
    db: &Database,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(Licence, CardKeyState)>, StoreError> {
    let sql = "SELECT licences.*, card_keys.state AS key_state FROM licences \
               JOIN card_keys ON card_keys.id = licences.card_key_id \
               WHERE licences.remind_at <= ? ORDER BY licences.remind_at LIMIT ?";
    let rows = all(db.reads(), sql, params![now, limit]).await?;
    rows.iter().map(|row| Ok((licence(row)?, row.word("key_state")?))).collect()
}

fn overview(row: &mut Row) -> Result<LicenceOverview, StoreError> {
    Ok(LicenceOverview {
        card_key_state: row.word("key_state")?,
        masked: MaskedCardKey { head: row.get("code_head")?, tail: row.get("code_tail")? },
        app_name: row.get("app_name")?,
        seats: Vec::new(),
        licence: licence(row.under("licences"))?,
    })
}

pub(super) fn licence(row: &Row) -> Result<Licence, StoreError> {
    Ok(Licence {
        id: row.get("id")?,
        card_key_id: row.get("card_key_id")?,
        app_id: row.get("app_id")?,
        owner_id: row.get("owner_id")?,
        max_devices: row.get("max_devices")?,
        expires_at: row.opt("expires_at")?,
        remind_at: row.opt("remind_at")?,
        uses_left: row.opt("uses_left")?,
        trial: row.get("trial")?,
        epoch: row.get("epoch")?,
        created_at: row.get("created_at")?,
    })
}
