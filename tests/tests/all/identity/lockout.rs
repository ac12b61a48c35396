use cardkey_tests::api::{PASSWORD, Reply};
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, Settings};
use serde_json::json;

const WRONG: &str = "Wrong-1-password";

on_each_database! {
    // AUTH-05
    async fn five_failures_lock_an_account_and_a_name_of_nobody_alike(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        for name in ["lin", "nobody"] {
            for _ in 0..5 {
                let _ = server.api().try_login(name, WRONG).await.refused(401, "auth.invalid_credentials");
            }
            let locked = server.api().try_login(name, WRONG).await;
            assert_locked(&locked, 30 * 60);
        }
        // The right password does not help, under none of the account's names.
        for name in ["lin", "LIN", "lin@example.org"] {
            assert_locked(&server.api().try_login(name, PASSWORD).await, 30 * 60);
        }
        // Nor does a crash, a refresh or a session that lives on.
        let lin = server.api().person(&lin.refresh().await.ok());
        server.kill().await;
        server.start_again().await;
        let _ = server.api().bearing(lin.api.token()).get("/api/v1/auth/check-session").send().await.ok();
        assert_locked(&server.api().try_login("lin", PASSWORD).await, 30 * 60);
    }

    // AUTH-05
    async fn a_success_before_the_fifth_failure_starts_the_count_anew(database: Database) {
        let server = Settings::default().set("LOGIN_MAX_FAILURES", "3").start(database).await;
        server.api().admin().await.create_user("lin", &["user"]).await;
        for _ in 0..2 {
            for _ in 0..2 {
                let _ = server.api().try_login("lin", WRONG).await.refused(401, "auth.invalid_credentials");
            }
            let _ = server.api().login("lin", PASSWORD).await;
        }
    }

    // AUTH-05
    async fn an_attacker_cannot_lock_out_a_device_that_the_owner_uses(database: Database) {
        let server = Settings::default().set("LOGIN_MAX_FAILURES", "3").start(database).await;
        server.api().admin().await.create_user("lin", &["user"]).await;
        let _ = server.api().login_on("lin", PASSWORD, "laptop").await;
        for _ in 0..4 {
            let _ = server.api().try_login("lin", WRONG).await;
        }
        assert_locked(&server.api().try_login("lin", PASSWORD).await, 30 * 60);
        // From a device that nobody knows it is locked too; from the owner's own it is not.
        let unknown = json!({ "username": "lin", "password": PASSWORD, "device": { "id": "attic", "name": "?", "type": "desktop" } });
        assert_locked(&server.api().post("/api/v1/auth/login", &unknown).send().await, 30 * 60);
        let _ = server.api().login_on("lin", PASSWORD, "laptop").await;

        // A known device is not a way around: it has a counter of its own.
        let known = json!({ "username": "lin", "password": WRONG, "device": { "id": "laptop", "name": "laptop", "type": "desktop" } });
        for _ in 0..3 {
            let _ = server.api().post("/api/v1/auth/login", &known).send().await.refused(401, "auth.invalid_credentials");
        }
        assert_locked(&server.api().post("/api/v1/auth/login", &known).send().await, 30 * 60);
    }

    // AUTH-05
    async fn failures_at_the_same_time_are_all_counted(database: Database) {
        let server = Server::on(database).await;
        let api = server.api();
        let tries = (0..20).map(|_| {
            let api = api.clone();
            tokio::spawn(async move { api.try_login("lin", WRONG).await.status() })
        });
        let mut guesses = 0;
        for attempt in tries.collect::<Vec<_>>() {
            match attempt.await.unwrap() {
                401 => guesses += 1,
                status => assert!(matches!(status, 423 | 429 | 503), "{status}"),
            }
        }
        assert!(guesses <= 5, "{guesses} passwords were tried");
    }
}

fn assert_locked(reply: &Reply, seconds: u64) {
    let problem = reply.problem();
    assert_eq!(problem["code"], "auth.locked", "{problem}");
    assert!(matches!(reply.status(), 423 | 429), "{problem}");
    let left: u64 = reply.header("retry-after").parse().expect("Retry-After in seconds");
    assert!(left > seconds - 60 && left <= seconds, "{left} s are left");
}
