use std::collections::BTreeSet;
use std::time::Duration;

use cardkey_domain::CardKeyCode;
use cardkey_tests::server::Server;
use cardkey_tests::{on_each_database, until};
use serde_json::json;

on_each_database! {
    // CARD-01, CARD-02
    async fn a_batch_of_a_thousand_is_there_when_the_call_returns(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let order = admin.order(&app).count(1_000).with("name", "Spring").with("note", "Sold in 上海");
        let reply = order.clone().send().await.ok();
        assert_eq!((reply.status(), reply.data()["status"].as_str()), (201, Some("completed")));

        let batch = order.place().await;
        assert_eq!(batch.codes.iter().collect::<BTreeSet<_>>().len(), 1_000);
        for code in &batch.codes {
            let groups: Vec<&str> = code.split('-').collect();
            assert!(groups.len() == 4 && groups.iter().all(|group| group.len() == 4), "{code}");
            assert!(!code.contains(['I', 'O', '0', '1']), "{code}");
            assert!(CardKeyCode::parse(code).unwrap().has_check_character(), "{code}");
        }
        let read = admin.api.get(&format!("/api/v1/card-keys/batches/{}", batch.id)).send().await.ok().data();
        assert_eq!((&read["count"], &read["name"], &read["note"]), (&json!(1_000), &json!("Spring"), &json!("Sold in 上海")));
        let list = admin.api.get("/api/v1/card-keys").query(&[("batch_id", batch.id.as_str())]).send().await.ok().data();
        assert_eq!(list["total"], 1_000);
    }

    // CARD-02
    async fn a_larger_batch_is_a_job_that_survives_a_crash(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let reply = admin.order(&app).count(20_000).send().await.ok();
        assert_eq!(reply.status(), 202);
        let path = format!("/api/v1/card-keys/batches/{}", reply.data()["id"].as_str().unwrap());
        until("the job to be under way", Duration::from_secs(60), async || {
            let batch = admin.api.get(&path).send().await.ok().data();
            (batch["generated"].as_u64() > Some(0)).then_some(())
        })
        .await;
        server.kill().await;
        server.start_again().await;

        let api = server.api().bearing(admin.api.token());
        until("the job to be done", Duration::from_secs(120), async || {
            let batch = api.get(&path).send().await.ok().data();
            (batch["status"] == "completed").then_some(())
        })
        .await;
        let export = api.get(&format!("{path}/export?format=txt")).send().await.ok();
        let codes: BTreeSet<&str> = export.text().lines().collect();
        assert_eq!(codes.len(), 20_000, "neither lost nor made twice");
    }

    // CARD-02
    async fn a_job_can_be_stopped(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let reply = admin.order(&app).count(1_000_000).send().await.ok();
        let path = format!("/api/v1/card-keys/batches/{}", reply.data()["id"].as_str().unwrap());
        until("the job to be under way", Duration::from_secs(60), async || {
            let batch = admin.api.get(&path).send().await.ok().data();
            (batch["generated"].as_u64() > Some(0)).then_some(())
        })
        .await;
        let cancelled = admin.api.post(&format!("{path}/cancel"), &json!({})).send().await.ok().data();
        assert_eq!(cancelled["status"], "cancelled");
        let stood = admin.api.get(&path).send().await.ok().data()["generated"].clone();
        assert!(stood.as_u64() < Some(1_000_000));
        let list = admin.api.get("/api/v1/card-keys").query(&[("batch_id", cancelled["id"].as_str().unwrap())]).send().await.ok().data();
        assert_eq!((&cancelled["generated"], &list["total"]), (&stood, &stood), "what was told is what there is");
        assert_eq!(admin.api.post(&format!("{path}/cancel"), &json!({})).send().await.problem()["status"], 409);
        assert_eq!(admin.api.get(&path).send().await.ok().data()["generated"], stood, "it went on");
    }

    // CARD-02, CARD-05, SEC-05
    async fn an_order_that_makes_no_sense_is_refused(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let cases = [
            ("count", json!(0)),
            ("count", json!(1_000_001)),
            ("count", json!(-1)),
            ("count", json!(1.5)),
            ("count", json!("10")),
            ("count", json!(1e300)),
            ("validity", json!({ "type": "forever" })),
            ("validity", json!({ "type": "days" })),
            ("validity", json!({ "type": "days", "days": 0 })),
            ("validity", json!({ "type": "days", "days": 36_501 })),
            ("validity", json!({ "type": "until", "until": "tomorrow" })),
            ("validity", json!({ "type": "until", "until": "1999-01-01T00:00:00Z" })),
            ("validity", json!("permanent")),
            ("max_devices", json!(0)),
            ("max_devices", json!(1_001)),
            ("name", json!("n".repeat(101))),
            ("note", json!("n".repeat(201))),
            ("app_id", json!("paint")),
        ];
        for (field, value) in cases {
            let reply = admin.order(&app).with(field, value.clone()).send().await.refused(400, "validation.failed");
            assert!(reply.faulty_fields().iter().all(|name| name.starts_with(field)), "{field} {value}: {}", reply.text());
        }
        let unknown = "0192f0c0-0000-7000-8000-000000000000";
        assert_eq!(admin.order(&app).with("app_id", unknown).send().await.problem()["status"], 404);
        let list = admin.api.get("/api/v1/card-keys").send().await.ok().data();
        assert_eq!(list["total"], 0);
    }
}
