use std::time::Duration;

use cardkey_domain::{AppId, MaskedCardKey, OFFLINE_AFTER, Timestamp, UserId, Validity};
use cardkey_licensing::model::{
    App, AppPolicy, AppStatus, Batch, BatchStatus, CardKey, CardKeyState, Component, ComponentHash, Device,
    DeviceMatching, Fingerprint, Licence, NewCardKey, Seat, SigningKeyRecord, SigningKeyState,
};

use super::{World, longest, text};

impl World {
    pub(crate) fn app(&self) -> App {
        let id = self.id();
        App {
            id,
            name: text("Paint"),
            description: None,
            contact: None,
            status: AppStatus::Active,
            policy: AppPolicy::default(),
            maintenance: None,
            created_at: self.now(),
            updated_at: self.now(),
        }
    }

    pub(crate) fn fullest_app(&self) -> App {
        App {
            name: longest(),
            description: Some(longest()),
            contact: Some(longest()),
            status: AppStatus::Disabled,
            policy: AppPolicy {
                lease_hours: 8_760,
                max_devices: 1_000,
                device_matching: DeviceMatching::LegacyMd5,
                minimum_version: Some("1.2.3-rc.1+build.7".parse().unwrap()),
                entitlements: (10..74).map(|n| format!("{n}{}", "e".repeat(62))).collect(),
                heartbeat_seconds: 30,
                unbind_cooldown_hours: 8_760,
                unbinds_per_year: 1_000,
            },
            ..self.app()
        }
    }

    pub(crate) fn signing_key(&self, app: &App, state: SigningKeyState) -> SigningKeyRecord {
        SigningKeyRecord {
            id: self.id(),
            app_id: app.id,
            state,
            public_key: self.hash(),
            sealed_seed: vec![0, 255, 7],
            created_at: self.now(),
        }
    }

    pub(crate) fn batch(&self, app: &App, count: u32) -> Batch {
        let id = self.id();
        Batch {
            id,
            app_id: app.id,
            name: None,
            note: None,
            price_cents: None,
            validity: Validity::Days { days: 30 },
            max_devices: 1,
            count,
            generated: 0,
            status: BatchStatus::Running,
            created_by: None,
            created_at: self.now(),
            finished_at: None,
        }
    }

    pub(crate) fn fullest_batch(&self, app: &App) -> Batch {
        Batch {
            name: Some(longest()),
            note: Some(longest()),
            price_cents: Some(i64::MAX.unsigned_abs()),
            validity: Validity::Until { until: Timestamp::from_micros(i64::MAX) },
            max_devices: 1_000,
            created_by: Some(self.id::<UserId>()),
            ..self.batch(app, u32::MAX)
        }
    }

    pub(crate) fn new_card_key(&self) -> NewCardKey {
        let digits: Vec<u8> = self.ambient().bytes::<8>().iter().map(|byte| b'A' + byte % 26).collect();
        let digits = String::from_utf8(digits).unwrap();
        NewCardKey {
            id: self.id(),
            code_hash: self.hash(),
            masked: MaskedCardKey { head: digits[..4].to_owned(), tail: digits[4..].to_owned() },
            sealed_code: self.ambient().bytes::<60>().to_vec(),
        }
    }

    pub(crate) fn new_card_keys(&self, count: usize) -> Vec<NewCardKey> {
        (0..count).map(|_| self.new_card_key()).collect()
    }

    pub(crate) fn licence(&self, card_key: &CardKey, owner_id: UserId) -> Licence {
        Licence {
            id: self.id(),
            card_key_id: card_key.id,
            app_id: card_key.app_id,
            owner_id,
            max_devices: card_key.max_devices,
            expires_at: Some(self.now().plus(Duration::from_secs(86_400))),
            remind_at: None,
            uses_left: None,
            trial: false,
            epoch: 1,
            created_at: self.now(),
        }
    }

    /// A licence of an app whose card key matters to nobody.
    pub(crate) fn licence_of(&self, app_id: AppId, owner_id: UserId) -> Licence {
        let batch = self.batch(&App { id: app_id, ..self.app() }, 1);
        let card_key = unused(&batch, &self.new_card_key(), self.now());
        self.licence(&card_key, owner_id)
    }

    pub(crate) fn device(&self, app: &App, owner_id: UserId) -> Device {
        let fingerprint: String = self.hash().iter().map(|byte| format!("{byte:02x}")).collect();
        Device {
            id: self.id(),
            app_id: app.id,
            owner_id,
            fingerprint: Fingerprint(fingerprint),
            components: Vec::new(),
            name: None,
            os: None,
            ip: None,
            first_seen_at: self.now(),
            last_seen_at: self.now(),
            status: None,
            online_until: Some(self.now().plus(OFFLINE_AFTER)),
        }
    }

    pub(crate) fn fullest_device(&self, app: &App) -> Device {
        let component = |component| ComponentHash { component, hash: "f".repeat(64) };
        use Component as C;
        Device {
            components: [C::CpuId, C::MotherboardId, C::MacAddress, C::DiskId, C::MachineId].map(component).to_vec(),
            name: Some(longest()),
            os: Some(longest()),
            ip: Some("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".parse().unwrap()),
            ..self.device(app, self.id())
        }
    }

    pub(crate) fn seat(&self, licence: &Licence, device: &Device, number: u32) -> Seat {
        Seat {
            id: self.id(),
            licence_id: licence.id,
            device_id: device.id,
            number,
            bound_at: self.now(),
            bound_ip: Some("203.0.113.9".parse().unwrap()),
            public_key: Some(self.hash()),
            unbound_at: None,
        }
    }
}

/// The card key that stands in the store after [`NewCardKey`] was inserted.
pub(crate) fn unused(batch: &Batch, key: &NewCardKey, created_at: Timestamp) -> CardKey {
    CardKey {
        id: key.id,
        app_id: batch.app_id,
        batch_id: batch.id,
        masked: key.masked.clone(),
        sealed_code: key.sealed_code.clone(),
        state: CardKeyState::Unused,
        state_before: None,
        validity: batch.validity,
        max_devices: batch.max_devices,
        note: batch.note.clone(),
        owner_id: None,
        licence_id: None,
        created_at,
        activated_at: None,
        expires_at: batch.unredeemed_end(),
    }
}
