use std::time::Duration;

use cardkey_tests::api::{PASSWORD, Person};
use cardkey_tests::server::TimedServer;
use cardkey_tests::{on_each_database, until};
use serde_json::json;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

on_each_database! {
    // SES-04
    async fn an_idle_session_ends_with_nobody_calling(database: Database) {
        let server = TimedServer::on(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        server.advance(7 * DAY - SECOND);
        assert_eq!(live_sessions(&server.api().admin().await, &lin).await, 1);
        server.advance(SECOND);
        let server = server.restart().await;
        let admin = server.api().admin().await;
        assert_eq!(live_sessions(&admin, &lin).await, 0);
        assert_swept(&admin).await;
        let refresh = json!({ "refresh_token": lin.refresh_token });
        let _ = server.api().post("/api/v1/auth/refresh", &refresh).send().await.refused(401, "auth.token_expired");
    }

    // SES-04, TOK-04
    async fn a_session_in_use_ends_after_thirty_days(database: Database) {
        let server = TimedServer::on(database).await;
        let mut lin = server.api().admin().await.customer("lin").await;
        for _ in 0..5 {
            server.advance(6 * DAY - SECOND);
            lin = server.api().person(&lin.refresh().await.ok());
        }
        // Five seconds are left of the thirty days, however fresh the tokens are.
        server.advance(4 * SECOND);
        let _ = lin.check_session().await.ok();
        assert_eq!(live_sessions(&server.api().admin().await, &lin).await, 1);
        server.advance(SECOND);
        assert_eq!(lin.check_session().await.problem()["status"], 401);
        assert_eq!(lin.refresh().await.problem()["status"], 401);
        let server = server.restart().await;
        let admin = server.api().admin().await;
        assert_eq!(live_sessions(&admin, &lin).await, 0);
        assert_swept(&admin).await;
    }

    // AUTH-05
    async fn a_lock_tells_how_long_is_left_and_ends_after_thirty_minutes(database: Database) {
        let server = TimedServer::on(database).await;
        server.api().admin().await.create_user("lin", &["user"]).await;
        for name in ["lin", "nobody"] {
            for _ in 0..5 {
                let _ = server.api().try_login(name, "Wrong-1-password").await.refused(401, "auth.invalid_credentials");
            }
        }
        let left = async |name: &str| {
            let reply = server.api().try_login(name, PASSWORD).await.refused(423, "auth.locked");
            reply.header("retry-after").to_owned()
        };
        assert_eq!((left("lin").await, left("nobody").await), ("1800".to_owned(), "1800".to_owned()));
        server.advance(10 * MINUTE);
        assert_eq!((left("lin").await, left("nobody").await), ("1200".to_owned(), "1200".to_owned()));
        server.advance(20 * MINUTE - SECOND);
        assert_eq!(left("lin").await, "1");
        server.advance(SECOND);
        let _ = server.api().login("lin", PASSWORD).await;
        let _ = server.api().try_login("nobody", PASSWORD).await.refused(401, "auth.invalid_credentials");
    }

    // TOK-01
    async fn an_access_token_lives_two_hours_and_a_refresh_token_seven_days(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let (lin, momo) = (admin.customer("lin").await, admin.customer("momo").await);
        server.advance(120 * MINUTE - SECOND);
        let _ = lin.check_session().await.ok();
        server.advance(SECOND);
        let _ = lin.check_session().await.refused(401, "auth.token_expired");
        server.advance(7 * DAY - 120 * MINUTE - SECOND);
        let lin = server.api().person(&lin.refresh().await.ok());
        let _ = lin.check_session().await.ok();
        server.advance(SECOND);
        let _ = momo.refresh().await.refused(401, "auth.token_expired");
    }
}

async fn live_sessions(admin: &Person, of: &Person) -> usize {
    let list = admin.api.get(&format!("/api/v1/users/{}/sessions", of.id)).send().await.ok().data();
    list["items"].as_array().expect("a list").len()
}

/// Insists that the end of sessions was written down by the job, since nobody asked for it.
async fn assert_swept(admin: &Person) {
    until("the sessions to be swept", Duration::from_secs(60), async || {
        let rows = admin.api.get("/api/v1/audit-logs").query(&[("action", "session.expire")]).send().await.ok().data();
        (rows["items"][0]["actor"] == "system:sweep").then_some(())
    })
    .await;
}
