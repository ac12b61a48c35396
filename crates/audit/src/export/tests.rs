use std::time::Duration;

use cardkey_domain::{AuditId, ManualClock, SeededEntropy, Timestamp};
use cardkey_events::AuditEntry;
use futures::executor::block_on;

use super::*;
use crate::memory::{MemoryAudit, an_entry};
use crate::testing::by_nightly_job;

// AUD-04
#[test]
fn an_export_holds_each_row_once_newest_first_as_of_its_beginning() {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_800_000_000)));
    let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(4)));
    let audit = Arc::new(MemoryAudit::default());
    let write = |action: &str| {
        clock.advance(Duration::from_millis(1));
        let id: AuditId = ambient.id();
        audit.append(AuditEntry { id, at: ambient.now(), ..an_entry(action) });
        id
    };
    let mut ids: Vec<AuditId> = (0..2 * STEP + 7).map(|_| write("app.register")).collect();
    write("user.login");
    let exports = AuditExports::new(audit.clone(), Arc::new(audit.clone()), ambient.clone());
    let filter = AuditFilter { action: Some("app".into()), ..AuditFilter::default() };
    clock.advance(Duration::from_millis(1));
    let mut export = block_on(exports.begin(&by_nightly_job(), filter, "csv")).unwrap();
    let mut exported = Vec::new();
    loop {
        let step = block_on(exports.step(&mut export)).unwrap();
        if step.is_empty() {
            break;
        }
        assert!(step.len() <= STEP as usize);
        exported.extend(step.into_iter().map(|row| row.id));
        write("app.register");
    }
    ids.reverse();
    assert_eq!(exported, ids);
    let all = block_on(AuditReader::rows(audit.as_ref(), &AuditFilter::default(), &PageRequest::of(STEP * 3)));
    let written = all.unwrap().into_iter().find(|row| row.action == "audit_log.export").unwrap();
    let told = serde_json::json!({ "format": "csv", "filter": { "by": ["action"] } });
    assert_eq!(written.details, told);
}
