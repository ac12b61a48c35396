use std::time::Duration;

use cardkey_tests::api::{PASSWORD, Person, device};
use cardkey_tests::server::TimedServer;
use cardkey_tests::{on_each_database, until};
use serde_json::{Value, json};

use super::titles;

const PATIENCE: Duration = Duration::from_secs(30);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const ACTIVATED: &str = "卡密激活成功 / Card key redeemed";
const EXPIRING: &str = "许可即将到期 / Licence about to end";
const EXPIRED: &str = "许可已到期 / Licence ended";

/// How many days each reminder so far was about, oldest first.
async fn reminders(operator: &Person) -> Vec<u64> {
    let query = [("name", "card_key.expiring"), ("page_size", "100")];
    let events = operator.api.get("/api/v1/events").query(&query).send().await.ok().data();
    let items: &Vec<Value> = events["items"].as_array().unwrap();
    items.iter().rev().map(|event| event["data"]["days_left"].as_u64().unwrap()).collect()
}

async fn comes_to(what: &str, server: &TimedServer, days: &[u64], expected: &[&str]) {
    let (admin, lin) = (server.api().admin().await, server.api().login("lin", PASSWORD).await);
    until(what, PATIENCE, async || {
        let told = reminders(&admin).await;
        assert!(told.len() <= days.len(), "{told:?} is more than {days:?}");
        let mut seen = titles(&lin).await;
        seen.sort();
        let mut wanted = expected.to_vec();
        wanted.sort_unstable();
        (told == days && seen == wanted).then_some(())
    })
    .await;
}

on_each_database! {
    // CARD-12, EVT-04
    async fn the_owner_is_told_seven_three_and_one_days_before_and_at_the_end(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(3).place().await.codes;
        let lin = admin.customer("lin").await;
        lin.activate(&codes[0], &device(1)).await;
        // Another that is shut off, and one that nobody redeemed.
        let momo = admin.customer("momo").await;
        momo.activate(&codes[1], &device(2)).await;
        let _ = admin.change_card_key(&codes[1], "disable", json!({})).await.ok();
        comes_to("the activation", &server, &[], &[ACTIVATED]).await;
        server.advance(23 * DAY);
        comes_to("seven days", &server, &[7], &[ACTIVATED, EXPIRING]).await;
        server.advance(4 * DAY);
        comes_to("three days", &server, &[7, 3], &[ACTIVATED, EXPIRING, EXPIRING]).await;
        server.advance(2 * DAY);
        comes_to("one day", &server, &[7, 3, 1], &[ACTIVATED, EXPIRING, EXPIRING, EXPIRING]).await;
        server.advance(DAY);
        comes_to("the end", &server, &[7, 3, 1], &[EXPIRED]).await;
        let momo = server.api().login("momo", PASSWORD).await;
        assert_eq!(titles(&momo).await, [""; 0], "nothing is said of what is shut off");
        // Operators' lists are not filled with what the system says to one.
        let admin = server.api().admin().await;
        assert_eq!(admin.api.get("/api/v1/announcements").send().await.ok().data()["total"], 0);
    }

    // CARD-12
    async fn what_a_downtime_held_up_is_said_once_and_more_time_starts_anew(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        lin.activate(&code, &device(1)).await;
        comes_to("the activation", &server, &[], &[ACTIVATED]).await;
        server.advance(28 * DAY);
        let server = server.restart().await;
        comes_to("the latest", &server, &[3], &[ACTIVATED, EXPIRING]).await;
        let admin = server.api().admin().await;
        let _ = admin.change_card_key(&code, "extend", json!({ "days": 30 })).await.ok();
        server.advance(25 * DAY);
        let server = server.restart().await;
        comes_to("seven days again", &server, &[3, 7], &[EXPIRING]).await;
    }
}
