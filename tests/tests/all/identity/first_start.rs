use cardkey_tests::on_each_database;
use cardkey_tests::server::Settings;

const DEFAULT: &str = "admin1314159";
const CHOSEN: &str = "Chosen-1-password";

on_each_database! {
    // AUTH-02
    async fn the_first_administrator_can_only_change_the_password(database: Database) {
        let mut server = Settings::default().without("INITIAL_ADMIN_PASSWORD").start(database).await;
        let reply = server.api().try_login("admin", DEFAULT).await.ok();
        assert_eq!(reply.json()["data"]["user"]["must_change_password"], true);
        let admin = server.api().person(&reply);
        assert_eq!(admin.check_session().await.ok().data()["user"]["must_change_password"], true);
        for path in ["/api/v1/users", "/api/v1/apps", "/api/v1/card-keys", "/api/v1/audit-logs", "/health"] {
            let _ = admin.api.get(path).send().await.refused(403, "auth.password_change_required");
        }

        // It does not go away by itself.
        server.kill().await;
        server.start_again().await;
        let admin = server.api().login("admin", DEFAULT).await;
        let _ = admin.api.get("/api/v1/users").send().await.refused(403, "auth.password_change_required");

        let _ = admin.change_password(DEFAULT, CHOSEN).await.ok();
        let _ = server.api().try_login("admin", DEFAULT).await.refused(401, "auth.invalid_credentials");
        let admin = server.api().login("admin", CHOSEN).await;
        let _ = admin.api.get("/api/v1/users").send().await.ok();
    }

    // AUTH-02
    async fn a_chosen_first_password_is_used_once(database: Database) {
        let mut server = Settings::default().set("INITIAL_ADMIN_PASSWORD", CHOSEN).start(database).await;
        let _ = server.api().try_login("admin", DEFAULT).await.refused(401, "auth.invalid_credentials");
        let admin = server.api().login("admin", CHOSEN).await;
        let _ = admin.api.get("/api/v1/users").send().await.ok();
        let _ = server.terminate().await;

        // Another value later changes nothing: the account has a password.
        server.start_again_with(|settings| settings.set("INITIAL_ADMIN_PASSWORD", "Another-1-password")).await;
        let _ = server.api().try_login("admin", "Another-1-password").await.refused(401, "auth.invalid_credentials");
        let _ = server.api().login("admin", CHOSEN).await;
    }
}
