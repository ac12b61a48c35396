use std::time::Duration;

use cardkey_tests::api::{Api, App, PASSWORD, Person, Reply, Token, device};
use cardkey_tests::server::TimedServer;
use cardkey_tests::{on_each_database, until};
use serde_json::{Value, json};

use super::{texts, titles};

const PATIENCE: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(60 * 60);
const TITLE: &str = "系统维护 / Maintenance";

async fn maintain(operator: &Person, app: &App, body: Value) -> Reply {
    operator.api.post(&format!("/api/v1/apps/{}/maintenance", app.id), &body).send().await
}

async fn login_to(api: &Api, name: &str, app: &App) -> Reply {
    let body = json!({ "username": name, "password": PASSWORD, "app_id": app.id });
    api.nobody().post("/api/v1/auth/login", &body).send().await
}

async fn verify(api: &Api, licence: &Value) -> Value {
    let question = json!({ "license": licence["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" });
    api.nobody().post("/api/v1/card-keys/verify", &question).send().await.ok().data()
}

async fn comes_to_see(reader: &Person, expected: usize) {
    until("the announcement to come or go", PATIENCE, async || {
        (titles(reader).await.iter().filter(|title| *title == TITLE).count() == expected).then_some(())
    })
    .await;
}

/// How often each of the events of maintenance happened.
async fn told(operator: &Person) -> [usize; 3] {
    let events = operator.api.get("/api/v1/events").query(&[("page_size", "100")]).send().await.ok().data();
    let names = texts(&events, "name");
    ["scheduled", "start", "end"].map(|part| {
        let name = format!("app.maintenance.{part}");
        names.iter().filter(|event| **event == name).count()
    })
}

async fn come_to_be_told(operator: &Person, expected: [usize; 3]) {
    until("the events of maintenance", PATIENCE, async || (told(operator).await == expected).then_some(())).await;
}

on_each_database! {
    // APP-06, AUTH-14, CARD-08, EVT-04
    async fn an_app_under_maintenance_lets_nobody_new_in_and_opens_by_itself(database: Database) {
        let server = TimedServer::on(database).await;
        let api = server.api();
        let admin = api.admin().await;
        let (app, other) = (admin.app("Paint").await, admin.app("Other").await);
        let codes = admin.order(&app).count(2).place().await.codes;
        let lin = admin.customer("lin").await;
        let momo = admin.customer("momo").await;
        let licence = lin.activate(&codes[0], &device(1)).await;

        let until = server.now().plus(HOUR).to_string();
        let plan = json!({ "enabled": true, "message": "数据库升级", "until": until });
        let shown = maintain(&admin, &app, plan).await.ok().data();
        assert_eq!((&shown["maintenance"]["message"], &shown["maintenance"]["until"]), (&json!("数据库升级"), &json!(until)));
        for refused in [login_to(&api, "lin", &app).await, momo.try_activate(&codes[1], &device(2)).await] {
            let refused = refused.refused(503, "app.maintenance");
            assert_eq!(refused.header("retry-after"), "3600");
            assert_eq!((&refused.problem()["detail"], &refused.problem()["until"]), (&json!("数据库升级"), &json!(until)));
        }
        let checked = verify(&api, &licence).await;
        assert_eq!((&checked["valid"], &checked["code"]), (&json!(false), &json!("MAINTENANCE")));
        assert_eq!(Token::read(checked["verdict"].as_str().unwrap()).claims["code"], "MAINTENANCE");
        // Who is there already goes on, and so do other apps and the console.
        let beat = json!({ "license": licence["verdict"], "nonce": "0123456789abcdef" });
        let beat = api.post("/api/v1/devices/heartbeat", &beat).send().await.ok().data();
        assert_eq!((&beat["valid"], &beat["code"]), (&json!(true), &json!("VALID")));
        let _ = lin.check_session().await.ok();
        let _ = lin.refresh().await.ok();
        let _ = login_to(&api, "momo", &other).await.ok();
        let _ = api.try_login("momo", PASSWORD).await.ok();
        let lin = api.login("lin", PASSWORD).await;
        comes_to_see(&lin, 1).await;
        assert_eq!(titles(&momo).await, [""; 0], "no user of the app");

        server.advance(HOUR);
        // Whether or not the job has come round.
        let _ = login_to(&api, "lin", &app).await.ok();
        assert_eq!(verify(&api, &licence).await["code"], "VALID");
        let _ = momo.try_activate(&codes[1], &device(2)).await.ok();
        come_to_be_told(&admin, [0, 1, 1]).await;
        comes_to_see(&lin, 0).await;
        let shown = admin.api.get(&format!("/api/v1/apps/{}", app.id)).send().await.ok().data();
        assert_eq!(shown["maintenance"], Value::Null);
    }

    // APP-06, ANN-03
    async fn what_is_scheduled_is_announced_beforehand_and_may_be_called_off(database: Database) {
        let server = TimedServer::on(database).await;
        let api = server.api();
        let admin = api.admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        lin.activate(&code, &device(1)).await;
        let from = server.now().plus(HOUR).to_string();
        let _ = maintain(&admin, &app, json!({ "enabled": true, "from": from })).await.ok();
        comes_to_see(&lin, 1).await;
        let _ = login_to(&api, "lin", &app).await.ok();
        let list = admin.api.get("/api/v1/apps").send().await.ok().data();
        assert_eq!(list["items"][0]["maintenance"]["from"], from);

        server.advance(HOUR);
        let _ = login_to(&api, "lin", &app).await.refused(503, "app.maintenance");
        come_to_be_told(&admin, [1, 1, 0]).await;
        comes_to_see(&lin, 1).await;
        for _ in 0..2 {
            let ended = maintain(&admin, &app, json!({ "enabled": false })).await.ok().data();
            assert_eq!(ended["maintenance"], Value::Null);
        }
        let _ = login_to(&api, "lin", &app).await.ok();
        come_to_be_told(&admin, [1, 1, 1]).await;
        comes_to_see(&lin, 0).await;
        // One that is called off before it begins never began.
        let _ = maintain(&admin, &app, json!({ "enabled": true, "from": server.now().plus(HOUR).to_string() })).await.ok();
        comes_to_see(&lin, 1).await;
        let _ = maintain(&admin, &app, json!({ "enabled": false })).await.ok();
        comes_to_see(&lin, 0).await;
        assert_eq!(told(&admin).await, [2, 1, 2]);
    }

    // APP-06
    async fn a_maintenance_that_a_downtime_covered_is_over_afterwards(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let (from, until) = (server.now().plus(HOUR), server.now().plus(2 * HOUR));
        let plan = json!({ "enabled": true, "from": from.to_string(), "until": until.to_string() });
        let _ = maintain(&admin, &app, plan).await.ok();
        server.advance(30 * HOUR);
        let server = server.restart().await;
        let admin = server.api().admin().await;
        let _ = login_to(&server.api(), "nobody", &app).await.refused(401, "auth.invalid_credentials");
        come_to_be_told(&admin, [1, 0, 1]).await;
    }

    // APP-06, SEC-05, RBAC-01
    async fn what_is_wrong_with_a_maintenance_is_named_and_customers_set_none(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let lin = admin.customer("lin").await;
        let now = server.now().to_string();
        let later = server.now().plus(HOUR).to_string();
        for (body, field) in [
            (json!({}), "enabled"),
            (json!({ "enabled": "yes" }), "enabled"),
            (json!({ "enabled": true, "until": now }), "until"),
            (json!({ "enabled": true, "until": "later" }), "until"),
            (json!({ "enabled": true, "from": later, "until": later }), "until"),
            (json!({ "enabled": true, "from": "now" }), "from"),
            (json!({ "enabled": true, "message": "m".repeat(1_001) }), "message"),
            (json!({ "enabled": true, "message": "a\u{7}" }), "message"),
        ] {
            let refused = maintain(&admin, &app, body.clone()).await.refused(400, "validation.failed");
            assert_eq!(refused.faulty_fields(), [field], "{body}");
        }
        let nowhere = App { id: "0192f0c0-0000-7000-8000-000000000000".into() };
        for body in [json!({ "enabled": true }), json!({ "enabled": false })] {
            let _ = maintain(&admin, &nowhere, body.clone()).await.refused(404, "app.not_found");
            let _ = maintain(&lin, &app, body).await.refused(403, "auth.forbidden");
        }
        assert_eq!(told(&admin).await, [0, 0, 0]);
        let operator = admin.hire("operator", &["operator"]).await;
        let _ = maintain(&operator, &app, json!({ "enabled": true })).await.ok();
        let closed = login_to(&server.api(), "lin", &app).await.refused(503, "app.maintenance");
        assert_eq!((closed.header("retry-after"), &closed.problem()["until"]), ("300", &Value::Null));
    }

    // APP-06
    async fn of_many_who_set_it_at_once_one_stands(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let tries: Vec<_> = (0..12).map(|number| {
            let (admin, app) = (admin.clone(), app.clone());
            let body = json!({ "enabled": true, "message": format!("{number}") });
            tokio::spawn(async move { maintain(&admin, &app, body).await.status() })
        }).collect();
        for attempt in tries {
            let status = attempt.await.unwrap();
            assert!([200, 503].contains(&status), "{status}");
        }
        let [scheduled, started, ended] = told(&admin).await;
        assert_eq!((scheduled, started), (0, ended + 1), "each but the last was ended by the next");
    }
}
