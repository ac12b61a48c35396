use cardkey_audit::{AuditFilter, AuditReader as _};
use cardkey_domain::PageRequest;
use cardkey_events::{AuditEntry, AuditLevel, AuditStatus};
use cardkey_licensing::Store as _;
use cardkey_tests::on_each_database;
use serde_json::json;

use super::super::samples::World;
use super::super::stores::open;

on_each_database! {
    // AUD-01
    async fn a_row_comes_back_as_it_was_written(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let bare = entry(&world, "system.sweep");
        let fullest = AuditEntry {
            user_id: Some(world.id()),
            actor: "😀".repeat(64),
            target_kind: Some("card_key".to_owned()),
            target_id: Some("t".repeat(255)),
            ip: Some("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".parse().unwrap()),
            user_agent: Some("😀".repeat(255)),
            request_id: "r".repeat(255),
            status: AuditStatus::Failed,
            level: AuditLevel::Critical,
            code: Some("card_key.invalid".to_owned()),
            details: json!({ "name": "'; DROP TABLE audit_logs; --", "deep": [[1.5, null, true, "\u{7f}😀"]] }),
            ..entry(&world, "card_key.activate")
        };
        for entry in [&bare, &fullest] {
            commit!(store, work => work.audit_log().append(entry).await.unwrap());
        }
        drop_after!(store, work => work.audit_log().append(&entry(&world, "card_key.disable")).await.unwrap());
        let page = store.list(&AuditFilter::default(), &PageRequest::first()).await.unwrap();
        assert_eq!((page.items, page.total), (vec![fullest, bare], 2));
    }

    // AUD-01
    async fn a_change_whose_audit_row_cannot_be_written_does_not_happen(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let taken = entry(&world, "app.register");
        commit!(store, work => work.audit_log().append(&taken).await.unwrap());
        let app = world.app();
        let mut work = store.begin().await.unwrap();
        work.apps().insert(&app).await.unwrap();
        // A store may write its rows at once or at the commit.
        let written = work.audit_log().append(&taken).await;
        assert!(written.is_err() || work.commit().await.is_err());
        assert_eq!(store.read().app(app.id).await.unwrap(), None);
    }
}

pub(super) fn entry(world: &World, action: &str) -> AuditEntry {
    let id = world.id();
    AuditEntry { id, at: world.now(), ..cardkey_audit::memory::an_entry(action) }
}
