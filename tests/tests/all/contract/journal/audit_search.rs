use std::time::Duration;

use cardkey_audit::memory::MemoryAudit;
use cardkey_audit::{AuditFilter, AuditReader, AuditStore as _, AuditTarget};
use cardkey_domain::PageRequest;
use cardkey_events::{AuditEntry, AuditLevel, AuditStatus};
use cardkey_tests::on_each_database;
use serde_json::json;

use super::super::samples::World;
use super::super::stores::open;
use super::audit_log::entry;

on_each_database! {
    /// The meaning of a filter stands in [`AuditFilter::agrees`]; every store must find the same rows.
    // AUD-02
    async fn a_search_finds_what_the_filter_means(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let rows = rows(&world);
        let memory = MemoryAudit::default();
        for row in &rows {
            memory.append(row.clone());
            commit!(store, work => work.audit_log().append(row).await.unwrap());
        }
        for filter in filters(&rows) {
            let expected = memory.list(&filter, &PageRequest::first()).await.unwrap();
            let found = store.list(&filter, &PageRequest::first()).await.unwrap();
            let ids = |rows: &[AuditEntry]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
            assert_eq!(ids(&found.items), ids(&expected.items), "{filter:?}");
            assert_eq!(found, expected, "{filter:?}");
        }
    }

    // AUD-02
    async fn pages_of_the_audit_log_follow_one_another(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let rows: Vec<AuditEntry> = (0..7).map(|_| entry(&world, "card_key.activate")).collect();
        for row in &rows {
            commit!(store, work => work.audit_log().append(row).await.unwrap());
        }
        let mut request = PageRequest::of(3);
        let mut walked = Vec::new();
        loop {
            let page = store.list(&AuditFilter::default(), &request).await.unwrap();
            assert_eq!(page.total, 7);
            walked.extend(page.items);
            let Some(next) = page.next else { break };
            request = request.after(next);
        }
        walked.reverse();
        assert_eq!(walked, rows);
    }
}

fn rows(world: &World) -> Vec<AuditEntry> {
    let mut rows = Vec::new();
    for (number, action) in
        ["card_key.activate", "card_key.disable", "card_keys.import", "session.sign_in"].into_iter().enumerate()
    {
        world.later(Duration::from_secs(60));
        rows.push(entry(world, action));
        rows.push(AuditEntry {
            user_id: Some(world.id()),
            actor: format!("Lin_{number}%"),
            target_kind: Some("card_key".to_owned()),
            target_id: Some(world.id::<cardkey_domain::CardKeyId>().to_string()),
            ip: Some(format!("203.0.113.{number}").parse().unwrap()),
            status: AuditStatus::Refused,
            level: AuditLevel::Warning,
            code: Some("card_key.invalid".to_owned()),
            details: json!({ "name": "Ünïcode 画图", "number": number }),
            request_id: format!("REQUEST-{number}"),
            ..entry(world, action)
        });
    }
    rows
}

fn filters(rows: &[AuditEntry]) -> Vec<AuditFilter> {
    let any = AuditFilter::default;
    let target = |text: &str| Some(AuditTarget::parse(text));
    let row = &rows[3];
    let id = row.target_id.clone().unwrap();
    let mut filters = vec![
        any(),
        AuditFilter { user_id: row.user_id, ..any() },
        AuditFilter { target: target(&format!("card_key:{id}")), ..any() },
        AuditFilter { target: target(&id), ..any() },
        AuditFilter { target: target("card_key"), ..any() },
        AuditFilter { target: target("device"), ..any() },
        AuditFilter { level: Some(AuditLevel::Warning), ..any() },
        AuditFilter { level: Some(AuditLevel::Critical), ..any() },
        AuditFilter { status: Some(AuditStatus::Refused), ..any() },
        AuditFilter { status: Some(AuditStatus::Ok), level: Some(AuditLevel::Info), ..any() },
        AuditFilter { ip: row.ip, ..any() },
        AuditFilter { from: Some(row.at), ..any() },
        AuditFilter { to: Some(row.at), ..any() },
        AuditFilter { from: Some(rows[2].at), to: Some(rows[5].at), status: Some(AuditStatus::Refused), ..any() },
    ];
    for action in ["card_key", "card_key.activate", "card_keys", "card", "session", "nothing"] {
        filters.push(AuditFilter { action: Some(action.to_owned()), ..any() });
    }
    for text in ["lin_", "LIN_1%", "%", "_", "画图", "ÜNÏCODE", "invalid", "request-2", "'", "\\", &id] {
        filters.push(AuditFilter { text: Some(text.to_owned()), ..any() });
    }
    filters
}
