use std::sync::Arc;
use std::time::Duration;

use cardkey_audit::memory::{MemoryAudit, MemoryChain, a_record};
use cardkey_audit::{
    Archive, ArchiveStore, AuditRecord, AuditStore as _, ChainStore, Checkpoint, FoundRecord, HourCount, Hours, Link,
    SealedRecord, StatisticsReader, hour_of,
};
use cardkey_domain::{Id, Timestamp};
use cardkey_events::{AuditEntry, AuditLevel, AuditStatus, Constraint};
use cardkey_tests::on_each_database;

use super::super::samples::World;
use super::super::stores::open;
use super::audit_log::entry;

const HOUR: Duration = Duration::from_secs(60 * 60);

on_each_database! {
    // AUD-06
    async fn rows_are_sealed_once_in_the_order_that_is_given_and_by_whoever_is_first(database: Database) {
        let store = open(database).await;
        let world = World::new();
        assert_eq!(store.head().await.unwrap(), Some(Link::START));
        let rows: Vec<AuditEntry> = (0..5).map(|_| entry(&world, "app.register")).collect();
        for row in &rows {
            commit!(store, work => work.audit_log().append(row).await.unwrap());
        }
        let waiting = store.unsealed(3).await.unwrap();
        let ids = |rows: &[AuditRecord]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(&waiting), rows[..3].iter().map(|row| row.id.uuid()).collect::<Vec<_>>());
        assert_eq!((store.count_unsealed(10).await.unwrap(), store.count_unsealed(2).await.unwrap()), (5, 2));

        let first = placed(Link::START, &waiting);
        assert!(store.seal(&Link::START, &first).await.unwrap());
        assert!(!store.seal(&Link::START, &first).await.unwrap(), "the head stands elsewhere");
        let head = store.head().await.unwrap().unwrap();
        assert_eq!(head, first[2].link);
        let again = placed(head, &waiting);
        assert!(store.seal(&head, &again).await.unwrap_err().is_conflict(Constraint::Stale), "they have their places");
        assert_eq!(store.head().await.unwrap(), Some(head), "nothing of it was kept");

        let rest = placed(head, &store.unsealed(10).await.unwrap());
        assert_eq!(rest.len(), 2);
        assert!(store.seal(&head, &rest).await.unwrap());
        assert_eq!(store.unsealed(10).await.unwrap(), []);
        let all: Vec<FoundRecord> = first.into_iter().chain(rest).map(|row| FoundRecord { seq: row.link.seq, row: Ok(row) }).collect();
        assert_eq!(store.sealed(1, u64::MAX, 10).await.unwrap(), all);
        assert_eq!(store.sealed(2, 4, 2).await.unwrap(), all[1..3]);
        assert_eq!(store.prune(3, 2).await.unwrap(), 2);
        assert_eq!(store.prune(3, 2).await.unwrap(), 1);
        assert_eq!(store.sealed(1, u64::MAX, 10).await.unwrap(), all[3..]);
    }

    // AUD-06
    async fn many_sealers_make_one_chain(database: Database) {
        let store = Arc::new(open(database).await);
        let world = World::new();
        for _ in 0..60 {
            let row = entry(&world, "app.register");
            commit!(store, work => work.audit_log().append(&row).await.unwrap());
        }
        let seal = |store: Arc<crate::contract::stores::Opened>| async move {
            loop {
                let head = store.head().await.unwrap().unwrap();
                let waiting = store.unsealed(7).await.unwrap();
                if waiting.is_empty() {
                    return;
                }
                // One who lost to another one looks again.
                let _lost = store.seal(&head, &placed(head, &waiting)).await;
            }
        };
        let sealers: Vec<_> = (0..4).map(|_| tokio::spawn(seal(Arc::clone(&store)))).collect();
        for sealer in sealers {
            sealer.await.unwrap();
        }
        let mut link = Link::START;
        for found in store.sealed(1, u64::MAX, 100).await.unwrap() {
            let row = found.row.unwrap();
            assert!(row.follows(&link), "{row:?}");
            link = row.link;
        }
        assert_eq!((link.seq, store.head().await.unwrap()), (60, Some(link)));
    }

    // AUD-05, AUD-06
    async fn checkpoints_keys_and_archives_are_kept_once_and_come_back_as_they_were(database: Database) {
        let store = open(database).await;
        let at = Timestamp::from_seconds(1_800_000_000);
        for key in [[1; 32], [2; 32]] {
            store.publish("kid", &key, at).await.unwrap();
        }
        assert_eq!(store.keys().await.unwrap(), [("kid".to_owned(), [1; 32])], "the first stays");

        let mark = |seq| Checkpoint { link: Link { seq, hash: [7; 32] }, at, kid: "kid".into(), signature: vec![9; 64] };
        assert_eq!(store.last_checkpoint().await.unwrap(), None);
        for seq in [5, 2, 9] {
            assert!(store.keep_checkpoint(&mark(seq)).await.unwrap());
            assert!(!store.keep_checkpoint(&mark(seq)).await.unwrap());
        }
        assert_eq!(store.last_checkpoint().await.unwrap(), Some(mark(9)));
        assert_eq!(store.checkpoints(2, 5).await.unwrap(), [mark(5), mark(9)]);
        store.prune_marks(5, at).await.unwrap();
        assert_eq!(store.checkpoints(0, 5).await.unwrap(), [mark(5), mark(9)]);

        let archive = Archive {
            before: Link::START,
            last: Link { seq: 4, hash: [3; 32] },
            newest_at: at,
            file: "audit-2027-01-15-000000000001-00000000.jsonl.zst".into(),
            sha256: [4; 32],
            archived_at: at,
            kid: "kid".into(),
            signature: vec![8; 64],
            deleted_at: None,
        };
        let keep = async || {
            let mut work = store.begin_archive().await.unwrap();
            match work.keep(&archive).await {
                Ok(()) => work.commit().await,
                Err(error) => Err(error),
            }
        };
        keep().await.unwrap();
        assert!(keep().await.unwrap_err().is_conflict(Constraint::Other), "another run was first");
        let expire = async || {
            let mut work = store.begin_archive().await.unwrap();
            let first = work.expire(1, at).await.unwrap();
            work.commit().await.unwrap();
            first
        };
        assert!(expire().await && !expire().await);
        assert_eq!(store.archives().await.unwrap(), [Archive { deleted_at: Some(at), ..archive }]);
    }

    /// What the sealer has counted and what it has not seen yet make the same figures as the rows themselves.
    // AUD-03
    async fn figures_are_those_of_the_rows_whether_they_are_sealed_or_not(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let memory = MemoryAudit::default();
        let users = [world.id(), world.id(), world.id()];
        for number in 0..80_usize {
            world.later(HOUR);
            let (status, level) = match number % 7 {
                0 => (AuditStatus::Refused, AuditLevel::Warning),
                3 => (AuditStatus::Failed, AuditLevel::Error),
                _ => (AuditStatus::Ok, AuditLevel::Info),
            };
            let user_id = users.get(number % 5).copied();
            let action = if number % 2 == 0 { "app.register" } else { "user.login" };
            let row = AuditEntry { status, level, user_id, ..entry(&world, action) };
            commit!(store, work => work.audit_log().append(&row).await.unwrap());
            memory.append(row);
            if number % 10 == 5 && number < 60 {
                let head = store.head().await.unwrap().unwrap();
                store.seal(&head, &placed(head, &store.unsealed(8).await.unwrap())).await.unwrap();
            }
        }
        let now = hour_of(world.now());
        for (first, last) in [(0, 0), (3, 9), (0, 30), (10, 75), (0, 90)] {
            let hours = Hours { from: now.minus(HOUR * last), to: now.minus(HOUR * first).plus(HOUR) };
            let (found, expected) = (store.hour_counts(hours).await.unwrap(), memory.hour_counts(hours).await.unwrap());
            assert_eq!(sum(found), sum(expected), "{hours:?}");
            let (found, expected) = (store.busiest(hours, 2).await.unwrap(), memory.busiest(hours, 2).await.unwrap());
            assert_eq!(found, expected, "{hours:?}");
        }
    }
}

/// The memory keeps the port's meaning, too.
// AUD-06
#[tokio::test]
async fn the_chain_in_memory_is_one() {
    let chain = Arc::new(MemoryChain::default());
    chain.with(|kept| kept.unsealed.extend([a_record(2), a_record(1)]));
    let waiting = chain.unsealed(5).await.unwrap();
    assert_eq!(waiting, [a_record(1), a_record(2)]);
    let rows = placed(Link::START, &waiting);
    assert!(chain.seal(&Link::START, &rows).await.unwrap() && !chain.seal(&Link::START, &rows).await.unwrap());
    assert_eq!((chain.prune(1, 5).await.unwrap(), chain.count_unsealed(5).await.unwrap()), (1, 0));
}

fn placed(mut link: Link, rows: &[AuditRecord]) -> Vec<SealedRecord> {
    let place = |record: &AuditRecord| {
        link = link.followed_by(record);
        SealedRecord { link, record: record.clone() }
    };
    rows.iter().map(place).collect()
}

fn sum(counts: Vec<HourCount>) -> Vec<HourCount> {
    let mut sums: Vec<HourCount> = Vec::new();
    for count in counts {
        let same = |sum: &&mut HourCount| {
            (sum.hour, &sum.action, sum.status, sum.level) == (count.hour, &count.action, count.status, count.level)
        };
        match sums.iter_mut().find(same) {
            Some(sum) => sum.count += count.count,
            None => sums.push(count),
        }
    }
    sums.sort_by(|a, b| {
        (a.hour, &a.action, a.status.as_str(), a.level).cmp(&(b.hour, &b.action, b.status.as_str(), b.level))
    });
    sums
}
