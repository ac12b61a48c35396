use std::path::Path;
use std::sync::Arc;

use cardkey_events::{Constraint, StoreError};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Turn;
use crate::connect::{Connected, connect};
use crate::sql::{On, execute, number, one, params};

struct Fixture {
    folder: TempDir,
    connected: Connected,
    appended: Arc<Notify>,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let appended = Arc::new(Notify::new());
        let connected = connect(&url(folder.path(), "test.db"), 2, &appended).await.unwrap();
        let fixture = Self { folder, connected, appended };
        let turn = fixture.turn().await;
        for sql in [
            "CREATE TABLE notes (id INTEGER PRIMARY KEY)",
            "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
            "CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)",
        ] {
            execute(On::Turn(&turn), sql, Vec::new()).await.unwrap();
        }
        turn.commit(false).await.unwrap();
        fixture
    }

    async fn turn(&self) -> Turn {
        let Connected::File(_, writer) = &self.connected else { unreachable!("a file") };
        writer.turn().await.unwrap()
    }

    async fn notes(&self) -> u64 {
        number(reads(&self.connected), "SELECT COUNT(*) AS n FROM notes", Vec::new()).await.unwrap()
    }
}

fn reads(connected: &Connected) -> On<'_> {
    let Connected::File(readers, _) = connected else { unreachable!("a file") };
    On::Readers(readers)
}

fn url(folder: &Path, name: &str) -> String {
    format!("sqlite://{}?mode=rwc", folder.join(name).display())
}

async fn note(turn: &Turn, id: i64) -> Result<u64, StoreError> {
    execute(On::Turn(turn), "INSERT INTO notes (id) VALUES (?)", params![id]).await
}

// NFR-02
#[tokio::test]
async fn a_dropped_unit_undoes_itself_alone() {
    let fixture = Fixture::new().await;
    let first = fixture.turn().await;
    note(&first, 1).await.unwrap();
    // The others queue while the first holds the turn, so all share one outer transaction.
    let others = async {
        let second = fixture.turn().await;
        note(&second, 2).await.unwrap();
        drop(second);
        let third = fixture.turn().await;
        assert_eq!(note(&third, 2).await.unwrap(), 1, "what the dropped unit wrote is gone");
        third.commit(false).await
    };
    let (other, kept) = tokio::join!(others, first.commit(false));
    kept.unwrap();
    other.unwrap();
    assert_eq!(fixture.notes().await, 2);
}

// CARD-06
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lost_to_a_unit_of_the_same_commit_sees_it_when_looking_again() {
    let fixture = Arc::new(Fixture::new().await);
    for id in 0..50 {
        let mut all = JoinSet::new();
        for _ in 0..8 {
            let fixture = Arc::clone(&fixture);
            all.spawn(async move {
                let turn = fixture.turn().await;
                if note(&turn, id).await.is_ok() {
                    return turn.commit(false).await.unwrap();
                }
                drop(turn);
                let sql = "SELECT COUNT(*) AS n FROM notes WHERE id = ?";
                let found = number(reads(&fixture.connected), sql, params![id]).await.unwrap();
                assert_eq!(found, 1, "what it lost to");
            });
        }
        while let Some(done) = all.join_next().await {
            done.unwrap();
        }
    }
}

// NFR-02
#[tokio::test]
async fn a_failing_statement_harms_no_other_unit() {
    let fixture = Fixture::new().await;
    let first = fixture.turn().await;
    note(&first, 1).await.unwrap();
    let others = async {
        let second = fixture.turn().await;
        note(&second, 5).await.unwrap();
        let error = note(&second, 1).await.unwrap_err();
        assert!(error.is_conflict(Constraint::Other), "{error:?}");
        drop(second);
        let third = fixture.turn().await;
        note(&third, 3).await.unwrap();
        third.commit(false).await
    };
    let (other, kept) = tokio::join!(others, first.commit(false));
    kept.unwrap();
    other.unwrap();
    assert_eq!(fixture.notes().await, 2);
}

// NFR-02
#[tokio::test]
async fn callers_that_vanish_at_any_await_leave_whole_units_only() {
    let fixture = Arc::new(Fixture::new().await);
    let mut all = JoinSet::new();
    for unit in 0..300_i64 {
        let fixture = Arc::clone(&fixture);
        let task = async move {
            let turn = fixture.turn().await;
            note(&turn, unit * 2).await.unwrap();
            note(&turn, unit * 2 + 1).await.unwrap();
            turn.commit(false).await.unwrap();
        };
        let handle = all.spawn(task);
        if unit % 3 == 0 {
            // Wherever it stands after so many turns of the runtime.
            for _ in 0..unit % 40 {
                tokio::task::yield_now().await;
            }
            handle.abort();
        }
    }
    let mut finished = 0;
    while let Some(done) = all.join_next().await {
        finished += u64::from(done.is_ok());
    }
    let sql = "SELECT COUNT(*) AS n FROM notes AS half WHERE NOT EXISTS \
               (SELECT 1 FROM notes AS other WHERE other.id = half.id + 1 - 2 * (half.id % 2))";
    assert_eq!(number(reads(&fixture.connected), sql, Vec::new()).await.unwrap(), 0, "no unit is there by half");
    assert!(fixture.notes().await >= finished * 2, "every answered unit is there");
    assert!(finished >= 200);
}

// NFR-02
#[tokio::test]
async fn a_unit_whose_caller_panics_is_undone() {
    let fixture = Arc::new(Fixture::new().await);
    let panicking = Arc::clone(&fixture);
    let panicked = tokio::spawn(async move {
        let turn = panicking.turn().await;
        note(&turn, 1).await.unwrap();
        panic!("a bug in a handler");
    });
    assert!(panicked.await.is_err());
    let turn = fixture.turn().await;
    note(&turn, 1).await.unwrap();
    turn.commit(false).await.unwrap();
    assert_eq!(fixture.notes().await, 1);
}

// NFR-02
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_units_at_once_are_all_kept() {
    let fixture = Arc::new(Fixture::new().await);
    let mut all = JoinSet::new();
    for id in 0..1_000 {
        let fixture = Arc::clone(&fixture);
        all.spawn(async move {
            let turn = fixture.turn().await;
            note(&turn, id).await.unwrap();
            turn.commit(true).await.unwrap();
        });
    }
    while let Some(done) = all.join_next().await {
        done.unwrap();
    }
    assert_eq!(fixture.notes().await, 1_000);
    fixture.appended.notified().await;
}

// NFR-02
#[tokio::test]
async fn a_commit_that_fails_is_told_to_every_unit_and_the_next_ones_go_on() {
    let fixture = Fixture::new().await;
    let first = fixture.turn().await;
    note(&first, 1).await.unwrap();
    let others = async {
        let second = fixture.turn().await;
        let orphan = "INSERT INTO children (parent) VALUES (7)";
        execute(On::Turn(&second), orphan, Vec::new()).await.unwrap();
        second.commit(false).await
    };
    let (second, first) = tokio::join!(others, first.commit(false));
    assert!(first.is_err() && second.is_err(), "{first:?} {second:?}");
    assert_eq!(fixture.notes().await, 0);
    let turn = fixture.turn().await;
    note(&turn, 1).await.unwrap();
    turn.commit(false).await.unwrap();
    assert_eq!(fixture.notes().await, 1);
}

// NFR-02
#[tokio::test]
async fn a_full_disk_is_told_to_every_unit_and_nothing_is_half_there() {
    let fixture = Fixture::new().await;
    let first = fixture.turn().await;
    note(&first, 1).await.unwrap();
    let others = async {
        let second = fixture.turn().await;
        let on = On::Turn(&second);
        one(on, "PRAGMA max_page_count = 1", Vec::new()).await.unwrap();
        let much = "WITH RECURSIVE n (id) AS (SELECT 10 UNION ALL SELECT id + 1 FROM n WHERE id < 100000) \
                    INSERT INTO notes (id) SELECT id FROM n";
        let error = execute(on, much, Vec::new()).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        second.commit(false).await
    };
    let (second, first) = tokio::join!(others, first.commit(false));
    assert!(second.is_err(), "a unit with a hole in it cannot be kept");
    assert_eq!(fixture.notes().await, u64::from(first.is_ok()), "{first:?}");
    let turn = fixture.turn().await;
    note(&turn, 2).await.unwrap();
    turn.commit(false).await.unwrap();
}

// NFR-02
#[tokio::test]
async fn a_unit_given_up_in_its_first_statement_harms_no_other() {
    let fixture = Fixture::new().await;
    // Given up as early as possible, a little later, …: before the statement is sent, while its step is taken, while it runs.
    for patience in 0..60 {
        let first = fixture.turn().await;
        note(&first, 10 * patience).await.unwrap();
        let hasty = async {
            let turn = fixture.turn().await;
            let slow = "WITH RECURSIVE n (id) AS (SELECT 1000000 UNION ALL SELECT id + 1 FROM n WHERE id < 1000300) \
                        INSERT INTO notes (id) SELECT id FROM n";
            let mut running = Box::pin(execute(On::Turn(&turn), slow, Vec::new()));
            for _ in 0..=patience {
                if futures::poll!(&mut running).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        let last = async {
            let turn = fixture.turn().await;
            note(&turn, 10 * patience + 1).await.unwrap();
            turn.commit(false).await
        };
        let ((), last, first) = tokio::join!(hasty, last, first.commit(false));
        first.unwrap();
        last.unwrap();
    }
    assert_eq!(fixture.notes().await, 120, "what was committed, and nothing of what was given up");
}

// NFR-02
#[tokio::test]
async fn reads_given_up_do_not_cost_a_connection() {
    let fixture = Fixture::new().await;
    for _ in 0..20 {
        let count = "WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 200000) \
                     SELECT COUNT(*) AS n FROM n";
        let mut reading = Box::pin(number(reads(&fixture.connected), count, Vec::new()));
        assert!(futures::poll!(&mut reading).is_pending());
    }
    assert_eq!(fixture.notes().await, 0);
}

// NFR-02
#[tokio::test]
async fn what_was_answered_is_in_the_files() {
    let fixture = Fixture::new().await;
    for id in 0..20 {
        let turn = fixture.turn().await;
        note(&turn, id).await.unwrap();
        turn.commit(false).await.unwrap();
        if id % 7 == 0 {
            let copied = copy_of(fixture.folder.path()).await;
            assert_eq!(copied, u64::try_from(id).unwrap() + 1);
        }
    }
}

/// How many notes a process would find that opens the files as they are now.
async fn copy_of(folder: &Path) -> u64 {
    let copy = tempfile::tempdir().unwrap();
    for name in ["test.db", "test.db-wal"] {
        std::fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    let connected = connect(&url(copy.path(), "test.db"), 2, &Arc::new(Notify::new())).await.unwrap();
    number(reads(&connected), "SELECT COUNT(*) AS n FROM notes", Vec::new()).await.unwrap()
}

// OPS-02
#[tokio::test]
async fn every_connection_is_durable_and_checks_its_references() {
    let fixture = Fixture::new().await;
    let turn = fixture.turn().await;
    let on = On::Turn(&turn);
    for (pragma, wanted) in [("synchronous", 2), ("foreign_keys", 1)] {
        let sql = format!("SELECT {pragma} AS n FROM pragma_{pragma}");
        assert_eq!(number(on, &sql, Vec::new()).await.unwrap(), wanted, "{pragma}");
        assert_eq!(number(reads(&fixture.connected), &sql, Vec::new()).await.unwrap(), wanted, "{pragma}");
    }
    let wal = "SELECT COUNT(*) AS n FROM pragma_journal_mode WHERE journal_mode = 'wal'";
    assert_eq!(number(on, wal, Vec::new()).await.unwrap(), 1);
}
