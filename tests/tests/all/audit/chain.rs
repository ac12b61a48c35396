use std::time::Duration;

use cardkey_tests::api::device;
use cardkey_tests::server::{Ended, Server, run_to_end};
use cardkey_tests::{Backend, on_each_database, until};
use serde_json::{Value, json};

/// What somebody at the database may change.
const TABLES: [&str; 3] = ["audit_logs", "audit_chain", "audit_checkpoints"];

/// The columns of a row but its identifier, time and place.
const COLUMNS: &str = "user_id, actor, noun, action, target_kind, target_id, ip, user_agent, request_id, status, level, code, \
                       details, search";

const HEAD_TO_LAST_ROW: &str = "UPDATE audit_chain SET seq = (SELECT MAX(chain_seq) FROM audit_logs), hash = (SELECT chain_hash \
                                FROM audit_logs ORDER BY chain_seq DESC LIMIT 1)";

on_each_database! {
    // AUD-06
    async fn every_change_at_the_database_is_found_and_where_it_is(database: Database) {
        let backend = database.backend();
        let mut server = worked(database).await;
        server.terminate().await;
        let well = verify(&server, &[]).await;
        assert_eq!((well["ok"].clone(), well["unsealed_rows"].clone()), (json!(true), json!(0)), "{well}");
        let last = well["head"]["seq"].as_u64().unwrap();
        assert!(last >= 8 && well["signed_up_to"] == last && well["rows"] == last, "{well}");
        for table in TABLES {
            server.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
        }

        let new = if backend == Backend::Postgres { "CAST('0192f0c0-0000-7000-8000-000000000001' AS uuid)" } else { "X'0192F0C0000070008000000000000001'" };
        let another = |at: &str, seq: &str, hash: &str| {
            format!(
                "INSERT INTO audit_logs (id, occurred_at, chain_seq, chain_hash, {COLUMNS}) \
                 SELECT {new}, {at}, {seq}, {hash}, {COLUMNS} FROM audit_logs WHERE chain_seq = 1"
            )
        };
        let text = |text: &str| text.to_owned();
        let cases = [
            ("row_changed", 3, vec![text("UPDATE audit_logs SET actor = 'somebody' WHERE chain_seq = 3")]),
            ("row_changed", 3, vec![text("UPDATE audit_logs SET occurred_at = occurred_at + 1 WHERE chain_seq = 3")]),
            ("row_changed", 3, vec![text("UPDATE audit_logs SET search = '' WHERE chain_seq = 3")]),
            ("row_unreadable", 3, vec![text("UPDATE audit_logs SET chain_hash = NULL WHERE chain_seq = 3")]),
            ("rows_missing", 3, vec![text("DELETE FROM audit_logs WHERE chain_seq = 3")]),
            ("rows_missing", 1, vec![text("DELETE FROM audit_logs WHERE chain_seq <= 2")]),
            ("rows_missing", last, vec![format!("DELETE FROM audit_logs WHERE chain_seq = {last}")]),
            ("row_changed", 3, vec![
                text("UPDATE audit_logs SET chain_seq = 0 WHERE chain_seq = 3"),
                text("UPDATE audit_logs SET chain_seq = 3 WHERE chain_seq = 4"),
                text("UPDATE audit_logs SET chain_seq = 4 WHERE chain_seq = 0"),
            ]),
            ("row_changed", 3, vec![
                text("DELETE FROM audit_logs WHERE chain_seq = 3"),
                another("occurred_at", "3", "chain_hash"),
            ]),
            ("row_beyond_head", last + 1, vec![another("occurred_at", &(last + 1).to_string(), "chain_hash")]),
            ("row_out_of_time", 0, vec![another("occurred_at - 3600000000", "NULLIF(1, 1)", "NULLIF(chain_hash, chain_hash)")]),
            ("head_changed", last, vec![text("UPDATE audit_chain SET hash = (SELECT chain_hash FROM audit_logs WHERE chain_seq = 3)")]),
            ("head_gone", 0, vec![text("DELETE FROM audit_chain")]),
            ("checkpoint_forged", last, vec![format!("UPDATE audit_checkpoints SET taken_at = taken_at + 1 WHERE seq = {last}")]),
            ("truncated", last, vec![
                format!("DELETE FROM audit_logs WHERE chain_seq >= {}", last - 1),
                text(HEAD_TO_LAST_ROW),
                text("DELETE FROM audit_checkpoints"),
            ]),
        ];
        for (finding, seq, statements) in cases {
            statements.iter().for_each(|statement| server.execute(statement));
            let found = verify(&server, &[]).await;
            assert_eq!(found["ok"], false, "{statements:?}: {found}");
            let of_kind = |one: &&Value| one["finding"] == finding && one["seq"].as_u64().unwrap_or(0) == seq;
            let one = found["findings"].as_array().unwrap().iter().find(of_kind);
            let one = one.unwrap_or_else(|| panic!("{statements:?}: {found}"));
            if finding == "row_changed" {
                assert!(one["id"].is_string() && one["at"].is_string(), "{one}");
            }
            for table in TABLES {
                server.execute(&format!("DELETE FROM {table}"));
                server.execute(&format!("INSERT INTO {table} SELECT * FROM kept_{table}"));
            }
        }
        assert_eq!(verify(&server, &[]).await["ok"], true);

        // The table for people says where, too.
        server.execute("UPDATE audit_logs SET actor = 'somebody' WHERE chain_seq = 3");
        let ended = run(&server, &["audit", "verify"]).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.output.contains("row_changed") && ended.errors.contains("1 findings"), "{ended:?}");
    }

    /// Whoever changes the database does not reach the checkpoints outside of it; whoever changes both does not have the key.
    // AUD-06
    async fn checkpoints_outside_the_database_are_checked_and_a_key_can_be_told(database: Database) {
        let mut server = worked(database).await;
        server.terminate().await;
        let path = server.data().join("audit-checkpoints.jsonl");
        let anchors = std::fs::read_to_string(&path).unwrap();
        let last: Value = serde_json::from_str(anchors.lines().last().unwrap()).unwrap();
        assert_eq!(verify(&server, &["--public-key", last["public_key"].as_str().unwrap()]).await["ok"], true);
        let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(verify(&server, &["--public-key", other]).await["findings"][0]["finding"], "checkpoint_forged");
        assert_eq!(run(&server, &["audit", "verify", "--public-key", "x"]).await.code, Some(1));

        std::fs::write(&path, anchors.replace("\"seq\":", "\"seq\":1")).unwrap();
        assert_eq!(verify(&server, &[]).await["findings"][0]["finding"], "checkpoint_forged");
        std::fs::write(&path, format!("{anchors}nonsense\n")).unwrap();
        assert_eq!(verify(&server, &[]).await["findings"][0]["finding"], "anchor_unreadable");
        std::fs::write(&path, &anchors).unwrap();

        // And the chain goes on over restarts.
        server.start_again().await;
        server.api().admin().await.app("Later").await;
        server.terminate().await;
        let well = verify(&server, &[]).await;
        assert_eq!((&well["ok"], &well["signed_up_to"]), (&json!(true), &well["head"]["seq"]), "{well}");
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(&anchors), "it only grows");
    }

    // AUD-06
    async fn a_running_server_seals_within_seconds_also_what_a_crash_left(database: Database) {
        let mut server = worked(database).await;
        let sealed = async |server: &Server, least: u64| {
            until("all rows to be sealed", Duration::from_secs(30), async || {
                let found = verify(server, &[]).await;
                assert_eq!(found["ok"], true, "{found}");
                let rows = found["rows"].as_u64().unwrap();
                (found["unsealed_rows"] == 0 && rows >= least).then_some(rows)
            })
            .await
        };
        let before = sealed(&server, 8).await;
        let admin = server.api().admin().await;
        for number in 0..5 {
            admin.app(&format!("App {number}")).await;
        }
        server.kill().await;
        server.start_again().await;
        sealed(&server, before + 6).await;
    }
}

/// A server on which something was done.
async fn worked(database: cardkey_tests::Database) -> Server {
    let server = Server::on(database).await;
    let admin = server.api().admin().await;
    let app = admin.app("Paint").await;
    let code = admin.card_key(&app).await;
    let lin = admin.customer("lin").await;
    lin.activate(&code, &device(1)).await;
    let _ = lin.api.post("/api/v1/apps", &json!({ "name": "x" })).send().await.refused(403, "auth.forbidden");
    server
}

async fn run(server: &Server, arguments: &[&str]) -> Ended {
    run_to_end(arguments, server.settings(), &server.data()).await
}

/// What the check says, with the exit code that goes with it.
async fn verify(server: &Server, options: &[&str]) -> Value {
    let ended = run(server, &[&["audit", "verify", "--json"], options].concat()).await;
    let found: Value = serde_json::from_str(&ended.output).unwrap_or_else(|_| panic!("{ended:?}"));
    assert_eq!(ended.code, Some(i32::from(found["ok"] != true)), "{ended:?}");
    found
}
