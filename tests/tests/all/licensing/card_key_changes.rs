use cardkey_tests::api::device;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::{Value, json};

/// What is asked, whether it is done, and the state afterwards.
type Step = (&'static str, bool, &'static str);

on_each_database! {
    /// The state machine, walked by an operator: each change in each state is either done or refused with 409.
    // CARD-04, CARD-10
    async fn every_change_is_legal_or_a_conflict(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let lin = admin.customer("lin").await;
        let codes = admin.order(&app).count(2).place().await.codes;
        lin.activate(&codes[1], &device(1)).await;
        let change = async |id: &str, change: &str| {
            let body = if change == "extend" { json!({ "days": 10 }) } else { json!({}) };
            match change {
                "delete" => admin.api.delete(&format!("/api/v1/card-keys/{id}")).send().await,
                change => admin.api.post(&format!("/api/v1/card-keys/{id}/{change}"), &body).send().await,
            }
        };
        let state = async |id: &str| admin.api.get(&format!("/api/v1/card-keys/{id}")).send().await.ok().data()["status"].clone();
        let (done, conflict) = (true, false);
        let walks: [(&str, &[Step]); 2] = [
            (&codes[0], &[
                ("enable", conflict, "unused"), ("restore", conflict, "unused"), ("extend", conflict, "unused"),
                ("disable", done, "disabled"), ("disable", conflict, "disabled"), ("extend", conflict, "disabled"),
                ("enable", done, "unused"), ("delete", done, "deleted"), ("delete", conflict, "deleted"),
                ("disable", conflict, "deleted"), ("restore", done, "unused"),
            ]),
            (&codes[1], &[
                ("enable", conflict, "activated"), ("extend", done, "activated"), ("disable", done, "disabled"),
                ("enable", done, "activated"), ("disable", done, "disabled"), ("delete", done, "deleted"),
                ("enable", conflict, "deleted"), ("restore", done, "disabled"), ("enable", done, "activated"),
            ]),
        ];
        for (code, steps) in walks {
            let id = admin.find_card_key(code).await["id"].as_str().unwrap().to_owned();
            for (step, legal, after) in steps {
                let reply = change(&id, step).await;
                assert_eq!(reply.status() < 300, *legal, "{step}: {}", reply.text());
                if !legal {
                    assert_eq!(reply.problem()["status"], 409, "{step}");
                }
                assert_eq!(state(&id).await, *after, "after {step}");
            }
        }
        let unknown = "0192f0c0-0000-7000-8000-000000000000";
        for step in ["disable", "enable", "extend", "unbind", "restore", "delete"] {
            assert_eq!(change(unknown, step).await.problem()["status"], 404, "{step}");
            assert_eq!(change("nonsense", step).await.problem()["status"], 400, "{step}");
        }
    }

    // CARD-10
    async fn more_time_is_felt_by_the_licence(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let licence = lin.activate(&code, &device(1)).await;
        let _ = admin.change_card_key(&code, "extend", json!({ "days": 10 })).await.ok();
        let body = json!({ "license": licence["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" });
        let checked = server.api().post("/api/v1/card-keys/verify", &body).send().await.ok().data();
        let days = |end: &Value| cardkey_domain::Timestamp::parse(end.as_str().unwrap()).unwrap().micros() / 86_400_000_000;
        assert_eq!(days(&checked["expires_at"]) - days(&licence["expires_at"]), 10);
        for body in [json!({}), json!({ "days": 0 }), json!({ "days": -1 }), json!({ "days": 1_000_000 }), json!({ "until": "soon" })] {
            let _ = admin.change_card_key(&code, "extend", body).await.refused(400, "validation.failed");
        }
    }
}
