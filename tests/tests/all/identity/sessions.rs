use cardkey_tests::api::PASSWORD;
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, Settings};
use serde_json::{Value, json};

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0";

on_each_database! {
    // SES-01, SES-02
    async fn sessions_tell_what_signed_in_and_which_is_ones_own(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        admin.create_user("lin", &["user"]).await;
        let device = json!({ "id": "d-1", "name": "Lin's 笔记本 😀", "type": "desktop" });
        let body = json!({ "username": "lin", "password": PASSWORD, "device": device });
        let reply = server.api().post("/api/v1/auth/login", &body).header("user-agent", FIREFOX).send().await.ok();
        let first = server.api().person(&reply);
        let second = server.api().login("lin", PASSWORD).await;

        let sessions = items(&second.api.get("/api/v1/auth/sessions").send().await.ok().data());
        assert_eq!(sessions.len(), 2);
        let of = |id: &str| sessions.iter().find(|session| session["id"] == id).unwrap();
        let (old, own) = (of(&first.session_id), of(&second.session_id));
        assert_eq!((&own["current"], &old["current"]), (&json!(true), &json!(false)));
        assert_eq!(old["device_name"], "Lin's 笔记本 😀");
        assert_eq!(old["device_type"], "desktop");
        assert_eq!(old["ip_address"], "127.0.0.1");
        assert!(old["browser"].as_str().is_some_and(|browser| browser.contains("Firefox")), "{old}");
        assert!(old["os"].as_str().is_some_and(|os| os.contains("Windows")), "{old}");
        for field in ["created_at", "last_active_at", "expires_at"] {
            assert!(old[field].is_string(), "{field}: {old}");
        }
        assert!(old["risk_score"].is_number());
    }

    // SES-02
    async fn one_session_or_all_others_can_be_ended(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let (lin, mo) = (admin.customer("lin").await, admin.customer("momo").await);
        let (second, third) = (server.api().login("lin", PASSWORD).await, server.api().login("lin", PASSWORD).await);

        let revoke = async |id: &str| lin.api.post("/api/v1/auth/sessions/revoke", &json!({ "session_id": id })).send().await;
        let _ = revoke(&second.session_id).await.ok();
        assert_eq!(second.check_session().await.status(), 401);
        assert_eq!(second.refresh().await.status(), 401);
        assert_eq!(revoke(&mo.session_id).await.status(), 404, "somebody else's session is not there");
        assert_eq!(revoke("nonsense").await.status(), 400);
        let _ = mo.check_session().await.ok();

        let _ = lin.api.post("/api/v1/auth/sessions/revoke-all", &json!({})).send().await.ok();
        assert_eq!(third.check_session().await.status(), 401);
        let _ = lin.check_session().await.ok();
        let _ = mo.check_session().await.ok();
    }

    // SES-03
    async fn a_fourth_session_ends_the_one_that_was_silent_longest(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let first = admin.customer("lin").await;
        let second = server.api().login("lin", PASSWORD).await;
        let third = server.api().login("lin", PASSWORD).await;
        // The oldest, and the one that was used last a moment ago.
        let _ = first.check_session().await.ok();
        let fourth = server.api().login("lin", PASSWORD).await;

        let ended = second.check_session().await.refused(401, "auth.session_ended");
        assert!(ended.text().contains("superseded"), "that device is told why: {}", ended.text());
        for person in [&third, &first, &fourth] {
            let _ = person.check_session().await.ok();
        }
        let _fifth = server.api().login("lin", PASSWORD).await;
        let _ = third.check_session().await.refused(401, "auth.session_ended");
        let _ = first.check_session().await.ok();
    }

    // SES-03
    async fn however_many_sign_in_at_once_no_more_sessions_live_than_allowed(database: Database) {
        let server = Settings::default().set("SESSION_MAX_PER_USER", "2").start(database).await;
        server.api().admin().await.create_user("lin", &["user"]).await;
        let api = server.api();
        let logins = (0..12).map(|_| {
            let api = api.clone();
            tokio::spawn(async move { api.try_login("lin", PASSWORD).await })
        });
        let mut people = Vec::new();
        for login in logins.collect::<Vec<_>>() {
            let reply = login.await.unwrap();
            if reply.status() == 200 {
                people.push(api.person(&reply));
            }
        }
        assert!(people.len() >= 2, "{} got in", people.len());
        let mut alive = 0;
        for person in &people {
            alive += usize::from(person.check_session().await.status() == 200);
        }
        assert_eq!(alive, 2);
    }
}

fn items(data: &Value) -> Vec<Value> {
    data["items"].as_array().expect("a list").clone()
}
