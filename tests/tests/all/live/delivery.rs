use std::time::Duration;

use cardkey_tests::api::device;
use cardkey_tests::live::Knock;
use cardkey_tests::server::Server;
use cardkey_tests::{Backend, on_each_database};
use serde_json::json;

use super::{announce, announce_to, titles};

const PATIENCE: Duration = Duration::from_secs(10);
const GROUP: &str = "0192f0c0-0000-7000-8000-0000000000aa";

on_each_database! {
    // ANN-02, ANN-04
    async fn an_announcement_reaches_its_audience_at_once_and_nobody_else(database: Database) {
        let backend = database.backend();
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let (lin, momo, ann) = (admin.customer("lin").await, admin.customer("momo").await, admin.customer("anna").await);
        let (paint, chess) = (admin.app("Paint").await, admin.app("Chess").await);
        let licence = lin.activate(&admin.card_key(&paint).await, &device(1)).await;
        let other = lin.activate(&admin.card_key(&chess).await, &device(1)).await;
        assert_ne!(licence["license_id"], other["license_id"]);
        // The notices of the activations are said before anybody listens.
        cardkey_tests::until("the owner to be told", PATIENCE, async || {
            let inbox = lin.api.get("/api/v1/me/announcements").send().await.ok().data();
            (inbox["total"] == 2).then_some(())
        })
        .await;
        server.terminate().await;
        let id = |text: &str| match backend {
            Backend::Postgres => format!("'{text}'"),
            Backend::Sqlite | Backend::MariaDb => format!("X'{}'", text.replace('-', "")),
        };
        server.execute(&format!("INSERT INTO user_groups (id, name, name_key, created_at, updated_at) VALUES ({}, 'Testers', 'testers', 1, 1)", id(GROUP)));
        server.execute(&format!("INSERT INTO user_group_members (group_id, user_id, added_at) VALUES ({}, {}, 1)", id(GROUP), id(&momo.id)));
        server.start_again().await;
        let api = server.api();
        let open = async |knock: Knock| knock.open().await.greeted().await;
        let mut lin_live = open(Knock::at(&api).bearer(lin.api.token())).await;
        let mut momo_live = open(Knock::at(&api).bearer(momo.api.token())).await;
        let mut ann_live = open(Knock::at(&api).bearer(ann.api.token())).await;
        let mut paint_live = open(Knock::at(&api).licence(licence["verdict"].as_str().unwrap())).await;

        let admin = api.admin().await;
        announce_to(&admin, "to Paint", "app", &[&paint.id]).await;
        announce_to(&admin, "to Chess", "app", &[&chess.id]).await;
        announce_to(&admin, "to both", "app", &[&chess.id, &paint.id]).await;
        announce_to(&admin, "to testers", "group", &[GROUP]).await;
        announce_to(&admin, "to lin and anna", "users", &[&lin.id, &ann.id]).await;
        announce_to(&admin, "to anna", "users", &[&ann.id]).await;
        announce(&admin, "to all", json!({})).await;
        let seen = lin_live.announcements_until("to all").await;
        assert_eq!(titles(&seen), ["to Paint", "to Chess", "to both", "to lin and anna", "to all"]);
        let before = lin_live.hello()["seq"].as_u64().unwrap();
        assert_eq!(seen.iter().map(|(seq, _)| *seq - before).collect::<Vec<_>>(), [1, 2, 3, 5, 7]);
        assert_eq!(titles(&momo_live.announcements_until("to all").await), ["to testers", "to all"]);
        assert_eq!(titles(&ann_live.announcements_until("to all").await), ["to lin and anna", "to anna", "to all"]);
        // A licence shows its own app alone.
        let seen = paint_live.announcements_until("to all").await;
        assert_eq!(titles(&seen), ["to Paint", "to both", "to lin and anna", "to all"]);
    }

    // ANN-02, EVT-04
    async fn who_redeems_a_card_key_is_told_what_its_app_is_told_from_then_on(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let mut client = lin.api.live().await;
        announce_to(&admin, "too early", "app", &[&app.id]).await;
        lin.activate(&code, &device(1)).await;
        cardkey_tests::until("the connection to be asked about", PATIENCE, async || {
            announce_to(&admin, "to Paint", "app", &[&app.id]).await;
            announce(&admin, "to all", json!({})).await;
            let seen = client.announcements_until("to all").await;
            assert!(!titles(&seen).contains(&"too early"));
            titles(&seen).contains(&"to Paint").then_some(())
        })
        .await;
    }

    // ANN-03
    async fn a_withdrawal_is_told_and_nothing_more_of_the_announcement(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let mut client = lin.api.live().await;
        let id = announce(&admin, "wrong", json!({ "priority": "high", "must_confirm": true })).await;
        let frame = client.frame().await;
        assert_eq!((&frame["data"]["id"], &frame["data"]["must_confirm"]), (&json!(id), &json!(true)));
        assert_eq!((&frame["data"]["priority"], &frame["data"]["content"]), (&json!("high"), &json!("**Hello**")));
        let _ = admin.api.post(&format!("/api/v1/announcements/{id}/withdraw"), &json!({})).send().await.ok();
        let frame = client.frame().await;
        assert_eq!((&frame["type"], &frame["event"]), (&json!("event"), &json!("announcement.withdrawn")));
        assert_eq!(frame["data"]["announcement_id"], json!(id));
        // Who was away meanwhile hears of the withdrawal, not of what was taken back.
        let mut late = lin.api.live().await;
        late.resume(&client.hello()["epoch"], 0).await;
        assert_eq!(late.frame().await["event"], "announcement.withdrawn");
    }
}
