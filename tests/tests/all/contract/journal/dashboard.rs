use std::time::Duration;

use cardkey_audit::memory::MemoryAudit;
use cardkey_audit::{CardKeyTotals, DashboardReader, Totals};
use cardkey_events::{AuditEntry, AuditStatus};
use cardkey_licensing::model::{CardKey, CardKeyState};
use cardkey_tests::on_each_database;

use super::super::samples::{World, unused};
use super::super::stores::open;
use super::audit_log::entry;

const DAY: Duration = Duration::from_secs(86_400);

on_each_database! {
    // CMD-04
    async fn the_totals_count_everything_there_is(database: Database) {
        let store = open(database).await;
        let world = World::new();
        assert_eq!(store.totals(world.now(), world.now()).await.unwrap(), Totals::default());

        let (app, user) = (world.app(), world.user("lin"));
        let batch = world.batch(&app, 4);
        let keys = world.new_card_keys(4);
        let now = world.now();
        let devices = [world.device(&app, user.id), world.device(&app, user.id)];
        let identity: &dyn cardkey_identity::Store = &*store;
        commit!(identity, work => {
            work.users().insert(&user).await.unwrap();
            work.sessions().insert(&world.session(&user)).await.unwrap();
            work.sessions().insert(&world.fullest_session(&user)).await.unwrap();
        });
        let licensing: &dyn cardkey_licensing::Store = &*store;
        commit!(licensing, work => {
            work.apps().insert(&app).await.unwrap();
            work.card_keys().insert_unused(&batch, &keys, now).await.unwrap();
            for (key, state) in keys.iter().zip([CardKeyState::Activated, CardKeyState::Disabled, CardKeyState::Deleted]) {
                let seen = unused(&batch, key, now);
                let changed = CardKey { state, ..seen.clone() };
                work.card_keys().update(&seen, &changed).await.unwrap();
                if state == CardKeyState::Activated {
                    work.licences().insert(&world.licence(&changed, user.id)).await.unwrap();
                }
            }
            for device in &devices {
                work.devices().insert(device).await.unwrap();
            }
        });
        let card_keys = CardKeyTotals { unused: 1, activated: 1, expired: 0, disabled: 1, deleted: 1 };
        let expected =
            Totals { users: 1, sessions: 1, apps: 1, card_keys, licences: 1, devices: 2, devices_online: 1 };
        let online_since = devices[1].last_seen_at;
        assert_eq!(store.totals(world.now(), online_since).await.unwrap(), expected);
        licensing.read().fold_tallies().await.unwrap();
        assert_eq!(store.totals(world.now(), online_since).await.unwrap(), expected);
    }

    // CMD-04
    async fn what_happened_is_counted_day_by_day(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let memory = MemoryAudit::default();
        let since = world.now();
        let licensing: &dyn cardkey_licensing::Store = &*store;
        for _ in 0..3 {
            for (action, status) in [
                ("session.sign_in", AuditStatus::Ok),
                ("session.sign_in", AuditStatus::Refused),
                ("card_key.activate", AuditStatus::Ok),
                ("card_key.activate", AuditStatus::Ok),
            ] {
                let row = AuditEntry { status, ..entry(&world, action) };
                memory.append(row.clone());
                commit!(licensing, work => work.audit_log().append(&row).await.unwrap());
            }
            world.later(DAY);
        }
        for since in [since, since.plus(DAY), world.now()] {
            let expected = memory.activity(since, DAY).await.unwrap();
            let mut counted = store.activity(since, DAY).await.unwrap();
            counted.sort_by_key(|count| (count.from, count.action.clone(), count.status.as_str()));
            assert_eq!(counted, expected);
        }
    }
}
