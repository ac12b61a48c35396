use std::collections::BTreeMap;

use cardkey_domain::{Permission, RoleName};
use cardkey_tests::api::{Api, Person};
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, Settings};
use serde_json::json;

use crate::web::{Route, routes};

on_each_database! {
    /// Every route, asked by every role and by nobody, against what the OpenAPI document says it needs.
    // RBAC-01, RBAC-04
    async fn every_route_lets_in_who_may_and_nobody_else(database: Database) {
        let server = Settings::default().set("SESSION_MAX_PER_USER", "50").start(database).await;
        let admin = server.api().admin().await;
        let mut people = BTreeMap::new();
        for role in RoleName::BUILT_IN {
            people.insert(role, admin.hire(&format!("the-{}", role.replace('_', "-")), &[role]).await);
        }
        let routes = routes(&server.api()).await;
        assert!(routes.iter().filter(|route| route.permission.is_some()).count() >= 10, "{routes:?}");
        for route in &routes {
            if route.needs_sign_in {
                assert_eq!(ask(&server.api(), route).await, 401, "nobody: {route:?}");
            }
            for (role, person) in &people {
                let Some(permission) = &route.permission else { continue };
                let held = RoleName::parse(role).unwrap().built_in_permissions().unwrap();
                let may = held.contains(&permission.parse::<Permission>().unwrap());
                let status = ask(&person.api, route).await;
                assert_eq!(status != 403, may, "{role} {route:?}: {status}");
                assert!(status < 500 && status != 401, "{role} {route:?}: {status}");
            }
        }
    }

    // RBAC-01, AUD-01
    async fn a_missing_permission_is_named_and_audited(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let refused = lin.api.get("/api/v1/users").send().await.refused(403, "auth.forbidden");
        assert!(refused.text().contains("users:read"));
        let query = [("user_id", lin.id.as_str()), ("status", "refused")];
        let rows = admin.api.get("/api/v1/audit-logs").query(&query).send().await.ok().data();
        assert_eq!((&rows["total"], &rows["items"][0]["code"]), (&json!(1), &json!("auth.forbidden")), "{rows}");
    }

    // RBAC-01
    async fn a_custom_role_is_made_of_permissions_and_felt_at_once(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let make = async |by: &Person, name: &str, permissions: &[&str]| {
            let body = json!({ "name": name, "description": "Looks at apps", "permissions": permissions });
            by.api.post("/api/v1/roles", &body).send().await
        };
        let _ = make(&admin, "viewer", &["apps:read"]).await.ok();
        assert_eq!(make(&admin, "viewer", &["apps:read"]).await.problem()["status"], 409);
        assert_eq!(make(&admin, "super_admin", &["apps:read"]).await.problem()["status"], 409);
        for (name, permissions) in [("No Role", vec!["apps:read"]), ("other", vec!["no:such"]), ("", vec![])] {
            assert_eq!(make(&admin, name, &permissions).await.problem()["status"], 400, "{name} {permissions:?}");
        }

        let viewer = admin.hire("vera", &["viewer"]).await;
        let _ = viewer.api.get("/api/v1/apps").send().await.ok();
        assert_eq!(viewer.api.get("/api/v1/users").send().await.status(), 403);
        let body = json!({ "permissions": ["users:read"] });
        let _ = admin.api.patch("/api/v1/roles/viewer", &body).send().await.ok();
        let _ = viewer.api.get("/api/v1/users").send().await.ok();
        assert_eq!(viewer.api.get("/api/v1/apps").send().await.status(), 403);

        assert_eq!(admin.api.delete("/api/v1/roles/viewer").send().await.problem()["status"], 409, "somebody holds it");
        let _ = admin.api.patch(&format!("/api/v1/users/{}", viewer.id), &json!({ "roles": ["user"] })).send().await.ok();
        let _ = admin.api.delete("/api/v1/roles/viewer").send().await.ok();
        assert_eq!(viewer.api.get("/api/v1/users").send().await.status(), 403);
    }
}

/// Asks for something that is not there with a body that says nothing, so that whoever gets in does no harm.
async fn ask(api: &Api, route: &Route) -> u16 {
    let call = route.call(api);
    let call = if route.has_body { call.json(&json!({})) } else { call };
    call.send().await.status()
}
