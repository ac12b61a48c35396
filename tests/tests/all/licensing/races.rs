use std::collections::BTreeMap;

use cardkey_tests::api::{Person, device};
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, Settings};
use serde_json::json;

on_each_database! {
    // CARD-06
    async fn of_a_thousand_who_activate_a_card_key_at_once_one_succeeds(database: Database) {
        let server = Settings::default().set("SESSION_MAX_PER_USER", "50").start(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let mut customers = Vec::new();
        for number in 0..4 {
            customers.push(admin.customer(&format!("redeemer-{number}")).await);
        }
        let outcomes = outcomes((0..1_000).map(|number| (customers[number % 4].clone(), code.clone(), number))).await;
        assert_eq!(outcomes.get("200"), Some(&1), "{outcomes:?}");
        assert_eq!(outcomes.get("409 card_key.already_used"), Some(&999), "{outcomes:?}");
        let devices = admin.api.get("/api/v1/devices").send().await.ok().data();
        assert_eq!(devices["total"], 1, "the losers left nothing");
        let rows = admin.api.get("/api/v1/audit-logs").query(&[("action", "card_key.activate"), ("status", "ok")]);
        assert_eq!(rows.send().await.ok().data()["total"], 1);
    }

    // CARD-06
    async fn one_device_that_redeems_a_card_key_many_times_at_once_redeems_it_once(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let outcomes = outcomes((0..100).map(|_| (lin.clone(), code.clone(), 7))).await;
        assert_eq!(outcomes.get("200"), Some(&1), "{outcomes:?}");
        assert_eq!(outcomes.get("409 device.already_bound"), Some(&99), "{outcomes:?}");
    }

    // CARD-07
    async fn no_more_devices_than_seats_get_in_however_many_try(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.order(&app).with("max_devices", 3).place().await.codes.remove(0);
        let lin = admin.customer("lin").await;
        let outcomes = outcomes((0..60).map(|number| (lin.clone(), code.clone(), number))).await;
        assert_eq!(outcomes.get("200"), Some(&3), "{outcomes:?}");
        assert_eq!(outcomes.get("409 card_key.already_used"), Some(&57), "{outcomes:?}");
    }

    // CARD-05
    async fn of_two_trials_a_device_gets_one(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let trial = json!({ "type": "trial", "days": 7 });
        let codes = admin.order(&app).count(10).with("validity", trial).place().await.codes;
        let lin = admin.customer("lin").await;
        let outcomes = outcomes(codes.into_iter().map(|code| (lin.clone(), code, 7))).await;
        assert_eq!(outcomes.get("200"), Some(&1), "{outcomes:?}");
        assert_eq!(outcomes.values().sum::<u32>(), 10);
        assert!(outcomes.keys().all(|outcome| outcome == "200" || outcome.starts_with("409 ")), "{outcomes:?}");
    }
}

/// All at once; how often each answer came.
async fn outcomes(tries: impl Iterator<Item = (Person, String, usize)>) -> BTreeMap<String, u32> {
    let tries: Vec<_> = tries
        .map(|(person, code, machine)| tokio::spawn(async move { person.try_activate(&code, &device(machine)).await }))
        .collect();
    let mut outcomes = BTreeMap::new();
    for attempt in tries {
        let reply = attempt.await.unwrap();
        let code = if reply.status() == 200 {
            String::new()
        } else {
            format!(" {}", reply.problem()["code"].as_str().unwrap())
        };
        *outcomes.entry(format!("{}{code}", reply.status())).or_default() += 1;
    }
    outcomes
}
