use cardkey_tests::api::PASSWORD;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // RBAC-02
    async fn accounts_are_made_found_and_changed(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.create_user("lin", &["user"]).await;
        admin.create_user("momo", &["operator"]).await;

        let body = |name: &str, email: &str| json!({ "username": name, "email": email, "password": PASSWORD, "roles": ["user"] });
        let create = async |name: &str, email: &str| admin.api.post("/api/v1/users", &body(name, email)).send().await;
        assert_eq!(create("LIN", "other@example.org").await.problem()["status"], 409);
        assert_eq!(create("other", "Lin@Example.org").await.problem()["status"], 409);
        let reply = create("x", "not an address").await.refused(400, "validation.failed");
        assert_eq!(reply.faulty_fields(), ["email", "username"]);
        assert_eq!(create("new", "new@example.org").await.status(), 201);

        let list = admin.api.get("/api/v1/users").query(&[("q", "LI")]).send().await.ok().data();
        assert_eq!((&list["total"], &list["items"][0]["id"]), (&json!(1), &lin["id"]));
        let list = admin.api.get("/api/v1/users").query(&[("page_size", "2")]).send().await.ok().data();
        assert_eq!((&list["total"], &list["page"], &list["page_size"]), (&json!(4), &json!(1), &json!(2)));
        assert_eq!(list["items"].as_array().map(Vec::len), Some(2));
        let cursor = list["next_cursor"].as_str().unwrap();
        let rest = admin.api.get("/api/v1/users").query(&[("page_size", "2"), ("cursor", cursor)]).send().await.ok().data();
        assert_eq!((&rest["next_cursor"], rest["items"].as_array().map(Vec::len)), (&json!(null), Some(2)));
    }

    // RBAC-02
    async fn a_disabled_account_is_out_at_once(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let _ = lin.check_session().await.ok();
        let set = async |status: &str| admin.api.patch(&format!("/api/v1/users/{}", lin.id), &json!({ "status": status })).send().await;
        let _ = set("disabled").await.ok();
        assert_eq!(lin.check_session().await.status(), 401);
        assert_eq!(lin.refresh().await.status(), 401);
        assert_eq!(server.api().try_login("lin", PASSWORD).await.problem()["status"], 403);
        let _ = server.api().try_login("lin", "Wrong-1-password").await.refused(401, "auth.invalid_credentials");
        assert_eq!(set("nonsense").await.problem()["status"], 400);
        let _ = set("active").await.ok();
        let _ = server.api().login("lin", PASSWORD).await;
    }

    // RBAC-02
    async fn the_last_super_admin_can_neither_go_nor_be_disabled(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let patch = async |id: &str, change| admin.api.patch(&format!("/api/v1/users/{id}"), &change).send().await;
        assert_eq!(patch(&admin.id, json!({ "status": "disabled" })).await.problem()["status"], 409);
        assert_eq!(patch(&admin.id, json!({ "roles": ["admin"] })).await.problem()["status"], 409);
        let _ = admin.check_session().await.ok();

        let second = admin.create_user("second", &["super_admin"]).await;
        let _ = patch(second["id"].as_str().unwrap(), json!({ "roles": ["user"] })).await.ok();
        assert_eq!(patch(&admin.id, json!({ "roles": ["user"] })).await.problem()["status"], 409);
    }

    // RBAC-02
    async fn nobody_grants_what_they_do_not_hold(database: Database) {
        let server = Server::on(database).await;
        let boss = server.api().admin().await;
        let admin = boss.hire("manager", &["admin"]).await;
        let body = json!({ "username": "crony", "email": "crony@example.org", "password": PASSWORD, "roles": ["super_admin"] });
        assert_eq!(admin.api.post("/api/v1/users", &body).send().await.problem()["status"], 403);
        let lin = admin.create_user("lin", &["user"]).await;
        let path = format!("/api/v1/users/{}", lin["id"].as_str().unwrap());
        assert_eq!(admin.api.patch(&path, &json!({ "roles": ["super_admin"] })).send().await.problem()["status"], 403);
        let own = format!("/api/v1/users/{}", admin.id);
        assert_eq!(admin.api.patch(&own, &json!({ "roles": ["super_admin"] })).send().await.problem()["status"], 403);
        let above = format!("/api/v1/users/{}", boss.id);
        assert_eq!(admin.api.patch(&above, &json!({ "status": "disabled" })).send().await.problem()["status"], 403);
        assert_eq!(admin.api.patch(&path, &json!({ "roles": ["no_such_role"] })).send().await.problem()["status"], 400);
        let _ = admin.api.patch(&path, &json!({ "roles": ["operator"] })).send().await.ok();
    }
}
