use std::time::{Duration, Instant};

use cardkey_tests::api::{PASSWORD, Person, device};
use cardkey_tests::live::{Closed, Knock, LiveClient};
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, Settings, TimedServer};
use serde_json::{Value, json};

/// Insists that a connection ends with this code within a second of what was just done.
async fn ends(client: &mut LiveClient, code: u16, reason: &str) {
    let done = Instant::now();
    let closed = client.closed().await;
    let took = done.elapsed();
    assert_eq!(closed, Closed { code, reason: reason.to_owned() });
    assert!(took < Duration::from_secs(1), "{reason} took {took:?}");
}

on_each_database! {
    // WS-01, AUTH-12, SES-02, SES-03
    async fn the_end_of_a_session_ends_its_connections_within_a_second(database: Database) {
        let server = Settings::default().set("SESSION_MAX_PER_USER", "2").start(database).await;
        let admin = server.api().admin().await;
        admin.create_user("lin", &["user"]).await;
        let login = async || server.api().login("lin", PASSWORD).await;

        let first = login().await;
        let (mut one, mut two) = (first.api.live().await, first.api.live().await);
        let second = login().await;
        let mut other = second.api.live().await;
        let _ = first.logout().await.ok();
        ends(&mut one, 4001, "logout").await;
        ends(&mut two, 4001, "logout").await;
        other.settle().await;

        let third = login().await;
        let revoke = json!({ "session_id": second.session_id });
        let _ = third.api.post("/api/v1/auth/sessions/revoke", &revoke).send().await.ok();
        ends(&mut other, 4001, "revoked").await;

        let mut silent = third.api.live().await;
        login().await;
        let last = login().await;
        ends(&mut silent, 4001, "superseded").await;

        let mut client = last.api.live().await;
        let path = format!("/api/v1/users/{}/sign-out", last.id);
        let _ = admin.api.post(&path, &json!({})).send().await.ok();
        ends(&mut client, 4001, "revoked").await;
    }

    // WS-01, AUTH-08, RBAC-02
    async fn a_disabled_account_and_a_changed_password_end_connections_within_a_second(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let elsewhere = server.api().login("lin", PASSWORD).await;
        let app = admin.app("Paint").await;
        let licence = lin.activate(&admin.card_key(&app).await, &device(1)).await;
        let knock = Knock::at(&lin.api).licence(licence["verdict"].as_str().unwrap());
        let mut licensed = knock.open().await.greeted().await;
        let (mut own, mut other) = (lin.api.live().await, elsewhere.api.live().await);
        let _ = lin.change_password(PASSWORD, "Another-1-password").await.ok();
        ends(&mut other, 4001, "password_changed").await;
        own.settle().await;
        let disable = json!({ "status": "disabled" });
        let _ = admin.api.patch(&format!("/api/v1/users/{}", lin.id), &disable).send().await.ok();
        ends(&mut own, 4001, "account_disabled").await;
        ends(&mut licensed, 4003, "USER_DISABLED").await;
    }

    // WS-01, TOK-03
    async fn a_token_used_twice_ends_the_connections_of_its_family(database: Database) {
        let server = TimedServer::on(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        let fresh = server.api().person(&lin.refresh().await.ok());
        let mut client = fresh.api.live().await;
        server.advance(Duration::from_secs(31));
        let _ = lin.refresh().await.refused(401, "auth.token_reused");
        ends(&mut client, 4001, "token_reuse").await;
    }

    // WS-01, TOK-01
    async fn a_connection_outlives_the_access_token_that_opened_it(database: Database) {
        let server = TimedServer::on(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        let mut client = lin.api.live().await;
        server.advance(Duration::from_secs(3 * 60 * 60));
        let _ = lin.check_session().await.refused(401, "auth.token_expired");
        client.settle().await;
    }

    // WS-01, DEV-06
    async fn a_blacklist_entry_ends_connections_within_a_second(database: Database) {
        let server = Settings::default().set("TRUSTED_PROXIES", "127.0.0.1").start(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let shut_out = async |kind: &str, value: &Value| {
            let body = json!({ "kind": kind, "value": value, "reason": "a reason" });
            let entry = admin.api.post("/api/v1/blacklist", &body).send().await.ok().data();
            entry["id"].as_str().unwrap().to_owned()
        };
        let lift = async |id: String| {
            let _ = admin.api.delete(&format!("/api/v1/blacklist/{id}")).send().await.ok();
        };
        let (lin, momo) = (admin.customer("lin").await, admin.customer("momo").await);
        let licence = lin.activate(&admin.card_key(&app).await, &device(1)).await;
        let verdict = licence["verdict"].as_str().unwrap();
        let program = async || Knock::at(&admin.api).licence(verdict).open().await.greeted().await;
        let from = |person: &Person, address| {
            Knock::at(&person.api).bearer(person.api.token()).header("x-forwarded-for", address)
        };

        let (mut session, mut licensed) = (lin.api.live().await, program().await);
        let mut bystander = momo.api.live().await;
        let entry = shut_out("account", &json!(lin.id)).await;
        ends(&mut session, 4003, "blacklisted").await;
        ends(&mut licensed, 4003, "BLACKLISTED").await;
        lift(entry).await;

        let mut licensed = program().await;
        let entry = shut_out("device", &licence["device_id"]).await;
        ends(&mut licensed, 4003, "BLACKLISTED").await;
        lift(entry).await;

        let mut licensed = program().await;
        let device = admin.api.get(&format!("/api/v1/devices/{}", licence["device_id"].as_str().unwrap())).send().await;
        let hash = device.ok().data()["components"][0]["hash"].clone();
        let entry = shut_out("component", &hash).await;
        ends(&mut licensed, 4003, "BLACKLISTED").await;
        lift(entry).await;

        let mut near = from(&momo, "203.0.113.7").open().await.greeted().await;
        let mut far = from(&momo, "203.0.114.7").open().await.greeted().await;
        shut_out("network", &json!("203.0.113.0/24")).await;
        ends(&mut near, 4003, "blacklisted").await;
        far.settle().await;
        bystander.settle().await;
    }

    // WS-01, DEV-05, CARD-10, CARD-12
    async fn the_end_of_a_licence_ends_its_connections_within_a_second(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let lin = admin.customer("lin").await;
        let mut session = lin.api.live().await;
        let changes = [("disable", "DISABLED"), ("unbind", "DEVICE_UNBOUND"), ("transfer", "DEVICE_UNBOUND"), ("delete", "DELETED")];
        for (number, (change, reason)) in changes.into_iter().enumerate() {
            let code = admin.card_key(&app).await;
            let licence = lin.activate(&code, &device(number)).await;
            let knock = Knock::at(&lin.api).licence(licence["verdict"].as_str().unwrap());
            let mut licensed = knock.open().await.greeted().await;
            if change == "delete" {
                let id = admin.find_card_key(&code).await["id"].as_str().unwrap().to_owned();
                let _ = admin.api.delete(&format!("/api/v1/card-keys/{id}")).send().await.ok();
            } else {
                let body = if change == "transfer" { json!({ "username": "admin" }) } else { json!({}) };
                let _ = admin.change_card_key(&code, change, body).await.ok();
            }
            ends(&mut licensed, 4003, reason).await;
        }
        let code = admin.card_key(&app).await;
        let licence = lin.activate(&code, &device(9)).await;
        let mut licensed = Knock::at(&lin.api).licence(licence["verdict"].as_str().unwrap()).open().await.greeted().await;
        let _ = admin.api.patch(&format!("/api/v1/apps/{}", app.id), &json!({ "status": "disabled" })).send().await.ok();
        ends(&mut licensed, 4003, "APP_DISABLED").await;
        session.settle().await;
    }
}
