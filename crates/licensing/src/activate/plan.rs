use cardkey_domain::{Timestamp, UserId};
use cardkey_events::{Deed, Happening, StoreError};

use super::{ActivateError, Activated};
use crate::UnitOfWork;
use crate::model::{CardKey, CardKeyEvent, Component, Device, Licence, Seat};

/// What an activation will write.
pub(super) struct Plan {
    pub(super) now: Timestamp,
    pub(super) user_id: UserId,
    pub(super) seen: CardKey,
    pub(super) activated: CardKey,
    pub(super) licence: Licence,
    pub(super) seat: Seat,
    pub(super) device: Device,
    pub(super) new_device: bool,
    /// Whether this is the one trial of the app that the device gets.
    pub(super) takes_trial: bool,
    pub(super) junk: Vec<Component>,
    pub(super) outcome: Activated,
}

impl Plan {
    fn first(&self) -> bool {
        self.seen.licence_id.is_none()
    }

    /// The card key comes first: it decides the race. For a further device it is written as it was, which only makes sure that it was
    /// not disabled, transferred or ended in between.
    pub(super) async fn write(&self, work: &mut dyn UnitOfWork) -> Result<(), StoreError> {
        work.card_keys().update(&self.seen, &self.activated).await?;
        if self.new_device {
            work.devices().insert(&self.device).await?;
        } else {
            work.devices().update(&self.device).await?;
        }
        if self.first() {
            work.licences().insert(&self.licence).await?;
        }
        work.licences().bind(&self.seat).await?;
        if self.takes_trial {
            work.licences().take_trial(self.licence.app_id, self.device.id, self.now).await?;
        }
        Ok(())
    }

    pub(super) fn deed(&self) -> Deed {
        Deed::done(if self.first() { "card_key.activate" } else { "device.bind" })
            .to("card_key", self.seen.id)
            .with("app_id", self.licence.app_id)
            .with("license_id", self.licence.id)
            .with("device_id", self.device.id)
            .with("expires_at", self.licence.expires_at)
    }

    pub(super) fn happenings(&self) -> Vec<Happening> {
        let (device_id, app_id, licence_id) = (self.device.id, self.device.app_id, self.licence.id);
        let mut happenings = vec![if self.first() {
            Happening::CardKeyActivated {
                card_key_id: self.seen.id,
                licence_id,
                app_id,
                user_id: self.user_id,
                device_id,
                expires_at: self.licence.expires_at,
            }
        } else {
            Happening::DeviceBound { device_id, licence_id }
        }];
        if self.new_device {
            happenings.push(Happening::DeviceRegistered { device_id, app_id, user_id: self.user_id });
        }
        if !self.junk.is_empty() {
            let components = self.junk.iter().map(|part| part.as_str().to_owned()).collect();
            let kind = "junk_components".to_owned();
            happenings.push(Happening::DeviceAnomaly { device_id, app_id, kind, components });
        }
        happenings
    }
}

pub(super) fn redeemed(
    card: &CardKey,
    licence: &Licence,
    event: CardKeyEvent,
    now: Timestamp,
) -> Result<CardKey, ActivateError> {
    let state = card.state.after(event, card.state_before).map_err(|_| ActivateError::AlreadyUsed)?;
    Ok(CardKey {
        state,
        state_before: None,
        owner_id: Some(licence.owner_id),
        licence_id: Some(licence.id),
        activated_at: Some(now),
        expires_at: licence.expires_at,
        ..card.clone()
    })
}
