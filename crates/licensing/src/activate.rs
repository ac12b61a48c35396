use cardkey_crypto::PublicKey;
use cardkey_domain::{AppId, CardKeyCode, DeviceId, LicenceId, OFFLINE_AFTER, Timestamp, UserId};
use cardkey_events::{Call, Constraint, StoreError, record};
use serde::{Deserialize, Serialize};

use crate::blacklist::Suspects;
use crate::fingerprint::{DeviceInfo, Identified, identify};
use crate::issue::Subject;
use crate::model::{App, AppStatus, CardKey, CardKeyEvent, CardKeyState, Component, Device, Licence, Seat};
use crate::remind::next_reminder;
use crate::service::{ATTEMPTS, too_busy, worth_another_look};
use crate::{Licensing, Nonce, Sighting, UnderMaintenance, VerdictCode};

mod plan;

use plan::{Plan, redeemed};

/// A customer redeems a card key on a device, or binds a further device to the licence it became.
#[derive(Debug, Clone)]
pub struct Activate {
    /// Who redeems it.
    pub user_id: UserId,
    /// The card key.
    pub code: CardKeyCode,
    /// The device.
    pub device_info: DeviceInfo,
    /// What comes back in the verdict.
    pub nonce: Option<Nonce>,
    /// The device's own key: then it must prove possession at every check (DEV-08).
    pub device_public_key: Option<PublicKey>,
}

/// The card key is redeemed and the device bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activated {
    /// The licence.
    pub licence_id: LicenceId,
    /// The device.
    pub device_id: DeviceId,
    /// The app.
    pub app_id: AppId,
    /// When the licence ends.
    pub expires_at: Option<Timestamp>,
    /// The first signed verdict.
    pub verdict: String,
}

/// Why a card key is not redeemed. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ActivateError {
    /// Unknown, or taken away.
    #[error("no such card key")]
    Invalid,
    /// The licence has this device already.
    #[error("the device is bound already")]
    AlreadyBound,
    /// Somebody else's, or all its seats are taken.
    #[error("the card key is used elsewhere")]
    AlreadyUsed,
    /// Shut off by an operator.
    #[error("the card key is disabled")]
    Disabled,
    /// The account, the device, a component or the address is shut out.
    #[error("black-listed")]
    Blacklisted,
    /// Its time is over.
    #[error("the card key is expired")]
    Expired,
    /// The app is out of use.
    #[error("the app is disabled")]
    AppDisabled,
    /// The app is closed to those who are not there yet.
    #[error(transparent)]
    Maintenance(#[from] UnderMaintenance),
    /// No component identifies the device.
    #[error("no component identifies the device")]
    Unidentifiable {
        /// What was given and identifies nothing.
        junk: Vec<Component>,
    },
    /// The device had its trial of the app.
    #[error("the device had its trial")]
    TrialTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Licensing {
    /// Redeems a card key (CARD-06). However many try at once, one succeeds: the card key changes by a conditional write, and who loses
    /// looks again and is told why.
    pub async fn activate(&self, call: &Call, command: Activate) -> Result<Activated, ActivateError> {
        let hash = self.code_hash(&command.code);
        let mut trial_taken = false;
        for _ in 0..ATTEMPTS {
            let plan = self.plan(call, &command, hash).await?;
            match self.carry_out(call, &plan).await {
                Ok(()) => return Ok(plan.outcome),
                // Perhaps by the one who was first with this very card key; another look tells.
                Err(StoreError::Conflict(Constraint::Trial)) if !trial_taken => trial_taken = true,
                Err(StoreError::Conflict(Constraint::Trial)) => return Err(ActivateError::TrialTaken),
                Err(error) if worth_another_look(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(too_busy().into())
    }

    /// Reads and decides. Everything slow is done here, the signature included, so that the unit of work is short.
    async fn plan(&self, call: &Call, command: &Activate, hash: [u8; 32]) -> Result<Plan, ActivateError> {
        let now = self.ambient.now();
        let card = self.read().card_key_by_hash(hash).await?.ok_or(ActivateError::Invalid)?;
        if card.state == CardKeyState::Deleted {
            return Err(ActivateError::Invalid);
        }
        let app = self.app(card.app_id).await?.ok_or(ActivateError::Invalid)?;
        let identified = identify(&self.lookup, app.id, app.policy.device_matching, &command.device_info)
            .map_err(|error| ActivateError::Unidentifiable { junk: error.junk })?;
        let known = self.read().device_by_fingerprint(app.id, &identified.fingerprint).await?;
        self.check_allowed(call, command, &card, &app, &identified, known.as_ref(), now).await?;

        let new_device = known.is_none();
        let device = self.device_of(call, command, &app, &identified, known, now);
        let (licence, number, event) = self.licence_of(command, &card, device.id, now).await?;
        let activated = match event {
            Some(event) => redeemed(&card, &licence, event, now)?,
            None => card.clone(),
        };
        let takes_trial = licence.trial && !self.had_seat(&device, new_device, licence.id).await?;
        let seat = Seat {
            id: self.ambient.id(),
            licence_id: licence.id,
            device_id: device.id,
            number,
            bound_at: now,
            bound_ip: call.ip,
            public_key: command.device_public_key.map(|key| *key.as_bytes()),
            unbound_at: None,
        };
        let keyring = self.keyring(app.id).await?.ok_or_else(|| StoreError::damaged("an app without signing keys"))?;
        let subject = Subject::of(&app, &licence, device.id, seat.public_key);
        let answer = self.answer(&keyring, subject, VerdictCode::Valid, command.nonce.clone(), now);
        let outcome = Activated {
            licence_id: licence.id,
            device_id: device.id,
            app_id: app.id,
            expires_at: licence.expires_at,
            verdict: answer.verdict,
        };
        let user_id = command.user_id;
        Ok(Plan {
            now,
            user_id,
            seen: card,
            activated,
            licence,
            seat,
            device,
            new_device,
            takes_trial,
            junk: identified.junk,
            outcome,
        })
    }

    #[allow(clippy::too_many_arguments, reason = "the facts that one decision rests on")]
    async fn check_allowed(
        &self,
        call: &Call,
        command: &Activate,
        card: &CardKey,
        app: &App,
        identified: &Identified,
        device: Option<&Device>,
        now: Timestamp,
    ) -> Result<(), ActivateError> {
        if app.status == AppStatus::Disabled {
            return Err(ActivateError::AppDisabled);
        }
        if let Some(closed) = app.closed(now) {
            return Err(closed.into());
        }
        if card.state == CardKeyState::Disabled {
            return Err(ActivateError::Disabled);
        }
        let suspects = Suspects {
            account: Some(command.user_id),
            device: device.map(|device| device.id),
            components: &identified.components,
            ip: call.ip,
        };
        if self.any_shut_out(&suspects).await? {
            return Err(ActivateError::Blacklisted);
        }
        if card.owner_id.is_some_and(|owner| owner != command.user_id) {
            return Err(ActivateError::AlreadyUsed);
        }
        if card.state == CardKeyState::Expired || card.expires_at.is_some_and(|end| end <= now) {
            return Err(ActivateError::Expired);
        }
        Ok(())
    }

    /// The device as it will stand: a new one, or the known one with what it now tells of itself.
    fn device_of(
        &self,
        call: &Call,
        command: &Activate,
        app: &App,
        identified: &Identified,
        known: Option<Device>,
        now: Timestamp,
    ) -> Device {
        let info = &command.device_info;
        match known {
            Some(known) => Device {
                components: identified.components.clone(),
                name: info.name.clone().or(known.name),
                os: info.os.clone().or(known.os),
                ip: call.ip.or(known.ip),
                last_seen_at: now,
                ..known
            },
            None => Device {
                id: self.ambient.id(),
                app_id: app.id,
                owner_id: command.user_id,
                fingerprint: identified.fingerprint.clone(),
                components: identified.components.clone(),
                name: info.name.clone(),
                os: info.os.clone(),
                ip: call.ip,
                first_seen_at: now,
                last_seen_at: now,
                status: None,
                online_until: Some(now.plus(OFFLINE_AFTER)),
            },
        }
    }

    /// The licence, the number of the seat that is free, and what befalls the card key: nothing when it was redeemed before.
    async fn licence_of(
        &self,
        command: &Activate,
        card: &CardKey,
        device: DeviceId,
        now: Timestamp,
    ) -> Result<(Licence, u32, Option<CardKeyEvent>), ActivateError> {
        let Some(licence_id) = card.licence_id else {
            let licence = Licence {
                id: self.ambient.id(),
                card_key_id: card.id,
                app_id: card.app_id,
                owner_id: command.user_id,
                max_devices: card.max_devices,
                expires_at: card.validity.ends_at(now),
                remind_at: next_reminder(card.validity.ends_at(now), now),
                uses_left: card.validity.uses(),
                trial: card.validity.is_trial(),
                epoch: 1,
                created_at: now,
            };
            return Ok((licence, 0, Some(CardKeyEvent::Activate)));
        };
        let (licence, seats) = self
            .read()
            .licence(licence_id)
            .await?
            .ok_or_else(|| StoreError::damaged("a card key without its licence"))?;
        if seats.iter().any(|seat| seat.device_id == device) {
            return Err(ActivateError::AlreadyBound);
        }
        let free = (0..licence.max_devices).find(|number| seats.iter().all(|seat| seat.number != *number));
        Ok((licence, free.ok_or(ActivateError::AlreadyUsed)?, None))
    }

    /// Whether the device was bound to the licence before: then its trial is this one, and binding it again takes no other.
    async fn had_seat(&self, device: &Device, is_new: bool, licence: LicenceId) -> Result<bool, StoreError> {
        if is_new {
            return Ok(false);
        }
        let seats = self.read().seats_of_device(device.id).await?;
        Ok(seats.iter().any(|seat| seat.licence_id == licence))
    }

    /// Writes everything or nothing.
    async fn carry_out(&self, call: &Call, plan: &Plan) -> Result<(), StoreError> {
        let mut work = self.store.begin().await?;
        plan.write(work.as_mut()).await?;
        record(work.as_mut(), &self.ambient, call, plan.deed(), plan.happenings()).await?;
        call.finish(work, &plan.outcome, plan.now).await?;
        self.cache.forget_licence(plan.licence.id);
        if plan.device.online_until.is_none() {
            // It was found offline; that it is seen is written down already, that it is back is not.
            self.sightings.note(Sighting { device: plan.device.id, at: plan.now, ip: call.ip, status: None });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
