use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, run_to_end};
use serde_json::Value;

on_each_database! {
    // OPS-01, EVT-02
    async fn events_are_listed_shown_and_replayed_on_the_command_line(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        admin.app("Paint").await;
        server.terminate().await;
        // As if a handler had given every event of this name up.
        server.execute(
            "INSERT INTO event_deliveries (event_id, handler, state, attempts, next_at, last_error) \
             SELECT id, 'security_audit', 'dead', 8, 1, 'the mail server is away' FROM outbox WHERE name = 'app.registered'",
        );
        let settings = server.settings().clone();
        let run = async |arguments: &[&str]| run_to_end(arguments, &settings, &server.data()).await;
        let json = async |arguments: &[&str]| {
            let ended = run(arguments).await;
            assert_eq!(ended.code, Some(0), "{ended:?}");
            serde_json::from_str::<Value>(&ended.output).unwrap_or_else(|_| panic!("{ended:?}"))
        };
        let all = json(&["events", "list", "--json"]).await;
        assert!(all.as_array().unwrap().iter().any(|event| event["name"] == "user.login"), "{all}");
        let named = json(&["events", "list", "--name", "app.registered", "--json"]).await;
        assert_eq!(named.as_array().map(Vec::len), Some(1));
        let table = run(&["events", "list", "--limit", "1"]).await;
        assert!(table.output.contains("EVENT") && table.output.lines().count() == 2, "{table:?}");

        let dead = json(&["events", "dead", "--json"]).await;
        assert_eq!(dead[0]["deliveries"][0]["last_error"], "the mail server is away", "{dead}");
        let table = run(&["events", "dead"]).await;
        assert!(table.output.contains("security_audit") && table.output.contains("the mail server is away"), "{table:?}");
        let id = dead[0]["id"].as_str().unwrap();
        assert_eq!(json(&["events", "show", id, "--json"]).await["deliveries"][0]["state"], "dead");
        assert!(run(&["events", "show", id]).await.output.contains("app.registered"));

        assert_eq!(json(&["events", "replay", id, "--json"]).await["deliveries"], 1);
        let refused = run(&["events", "replay", id]).await;
        assert_eq!((refused.code, refused.errors.contains("no dead letter")), (Some(1), true), "{refused:?}");
        assert_eq!(json(&["events", "replay", "--all", "--json"]).await["deliveries"], 0);
        let unknown = "0192f0c0-0000-7000-8000-000000000000";
        for arguments in [["events", "show", unknown], ["events", "replay", unknown]] {
            assert_eq!(run(&arguments).await.code, Some(1));
        }
        for arguments in [&["events", "replay"][..], &["events", "replay", id, "--all"], &["events", "show", "7"], &["events"]] {
            assert_eq!(run(arguments).await.code, Some(2), "{arguments:?}");
        }
        assert_eq!(run(&["events", "dead"]).await.output.trim(), "None.");
    }
}
