use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cardkey_tests::server::{Ended, Server, TimedServer, run_to_end};
use cardkey_tests::{on_each_database, until};
use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

on_each_database! {
    // AUD-05
    async fn old_rows_are_archived_in_the_night_and_archives_deleted_after_a_year(database: Database) {
        let server = TimedServer::on(database).await;
        let count = async |server: &TimedServer| {
            let admin = server.api().admin().await;
            admin.api.get("/api/v1/audit-logs").query(&[("action", "app.register")]).send().await.ok().data()["total"].clone()
        };
        let admin = server.api().admin().await;
        admin.app("Paint").await;
        server.advance(DAY);
        let admin = server.api().admin().await;
        admin.app("Draw").await;
        server.advance(DAY * 29);
        assert_eq!(count(&server).await, 2);

        // What is not sealed is not archived, and time flies here.
        until("everything so far to be sealed", Duration::from_secs(30), async || {
            let verified = run_to_end(&["audit", "verify", "--json"], server.settings(), &server.data()).await;
            (json_of(&verified)["unsealed_rows"] == 0).then_some(())
        })
        .await;
        server.advance(DAY * 2);
        until("the first days to be archived", Duration::from_secs(30), async || (count(&server).await == 0).then_some(())).await;
        let admin = server.api().admin().await;
        let written = admin.api.get("/api/v1/audit-logs").query(&[("action", "audit_log.archive")]).send().await.ok().data().clone();
        assert_eq!(written["total"], 2, "{written:#}");
        let files = files(&server);
        assert_eq!(files.len(), 2, "{files:?}");
        assert!(files[0].to_string_lossy().contains("audit-2026-11-20-000000000001-"), "{files:?}");
        let lines = read(&files[0]);
        assert!(lines.iter().any(|line| line["action"] == "app.register" && line["details"].as_str().unwrap().contains("Paint")));
        assert_eq!(lines[0]["seq"], 1);
        let ended = run_to_end(&["audit", "verify", "--json"], server.settings(), &server.data()).await;
        let found: Value = serde_json::from_str(&ended.output).unwrap_or_else(|_| panic!("{ended:?}"));
        assert_eq!(found["ok"], true, "{found}");
        assert!(found["archived_rows"].as_u64().unwrap() >= 4 && found["rows"].as_u64().unwrap() >= 1, "{found}");

        server.advance(DAY * 366);
        until("the archives to be deleted", Duration::from_secs(30), async || {
            files.iter().all(|file| !file.exists()).then_some(())
        })
        .await;
    }

    // AUD-05, AUD-06
    async fn archiving_by_hand_keeps_the_chain_and_what_is_done_to_archives_is_found(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        admin.app("Paint").await;
        server.terminate().await;
        let run = async |arguments: &[&str]| run_to_end(arguments, server.settings(), &server.data()).await;
        let nothing = run(&["audit", "archive"]).await;
        assert_eq!((nothing.code, nothing.output.starts_with("Cleaned up 0 old audit rows")), (Some(0), true), "{nothing:?}");
        let all = json_of(&run(&["audit", "archive", "--before", "2999-01-01T00:00:00Z", "--json"]).await);
        let rows = all["rows"].as_u64().unwrap();
        assert!(rows >= 4 && all["files"].as_u64() >= Some(1), "{all}");
        assert_eq!(server.read("SELECT COUNT(*) FROM audit_logs WHERE chain_seq IS NOT NULL"), "0");
        let again = json_of(&run(&["audit", "archive", "--before", "2999-01-01T00:00:00Z", "--json"]).await);
        assert_eq!(again, json!({ "files": 0, "rows": 0, "expired_files": 0 }));
        let verify = async || json_of(&run(&["audit", "verify", "--json"]).await);
        let well = verify().await;
        assert_eq!((&well["ok"], &well["archived_rows"], &well["unsealed_rows"]), (&json!(true), &json!(rows), &json!(1)), "{well}");
        assert_eq!(run(&["audit", "archive", "--before", "yesterday"]).await.code, Some(1));

        let folder = server.data().join("audit-archive");
        let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        let bytes = fs::read(&file).unwrap();
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(&file, changed).unwrap();
        assert_eq!(verify().await["findings"][0]["finding"], "archive_changed");
        fs::remove_file(&file).unwrap();
        assert_eq!(verify().await["findings"][0]["finding"], "archive_missing");
        fs::write(&file, bytes).unwrap();
        server.execute("UPDATE audit_archives SET deleted_at = 1");
        assert_eq!(verify().await["findings"][0]["finding"], "archive_missing", "before its time");
        server.execute("UPDATE audit_archives SET deleted_at = NULL, newest_at = newest_at - 1");
        assert_eq!(verify().await["findings"][0]["finding"], "archive_forged");
        server.execute("UPDATE audit_archives SET newest_at = newest_at + 1");
        assert_eq!(verify().await["ok"], true);

        server.start_again().await;
        let _ = server.api().admin().await;
        server.terminate().await;
        let on = json_of(&run_to_end(&["audit", "verify", "--json"], server.settings(), &server.data()).await);
        assert!(on["ok"] == true && on["rows"].as_u64().unwrap() >= 2, "{on}");
    }
}

fn files(server: &TimedServer) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(server.data().join("audit-archive")) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The lines of an archive, read as people do.
fn read(file: &Path) -> Vec<Value> {
    let text = zstd::decode_all(fs::File::open(file).unwrap()).unwrap();
    String::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.output).unwrap_or_else(|_| panic!("{ended:?}"))
}
