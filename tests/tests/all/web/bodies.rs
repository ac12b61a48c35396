use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;

use super::routes;

/// Bodies that mean nothing to any route, with the kind they claim to be.
fn nonsense() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let json = "application/json";
    let deep = [b"[".repeat(50_000), b"]".repeat(50_000)].concat();
    vec![
        ("nothing", json, Vec::new()),
        ("half an object", json, b"{\"name\":".to_vec()),
        ("a list", json, b"[]".to_vec()),
        ("a text", json, b"\"text\"".to_vec()),
        ("a number", json, b"1e999".to_vec()),
        ("null", json, b"null".to_vec()),
        ("two objects", json, b"{}{}".to_vec()),
        ("no UTF-8", json, b"{\"name\":\"\xFF\xFE\"}".to_vec()),
        ("a lone surrogate", json, br#"{"name":"\ud800"}"#.to_vec()),
        ("a NUL", json, br#"{"name":"a\u0000b","username":"a\u0000b","license":"\u0000","reason":"\u0000"}"#.to_vec()),
        ("a deep one", json, deep),
        ("a form", "application/x-www-form-urlencoded", b"name=x".to_vec()),
        ("a page", "text/html", b"<form>".to_vec()),
        ("no kind at all", "", b"{}".to_vec()),
    ]
}

on_each_database! {
    /// Every route with a body, every kind of nonsense: a 4xx problem document, and nothing has changed.
    // SEC-05, SEC-06
    async fn nonsense_is_refused_by_every_route(database: Database) {
        let server = Server::on(database).await;
        let mut admin = server.api().admin().await;
        let before = admin.api.get("/api/v1/users").send().await.ok().data()["total"].clone();
        let mut asked = 0;
        for route in routes(&server.api()).await.into_iter().filter(|route| route.has_body) {
            for (what, kind, body) in nonsense() {
                let optional = body.is_empty();
                let reply = route.call(&admin.api).body(kind, body).send().await;
                if optional && reply.status() < 400 {
                    // It may have been a sign-out.
                    admin = server.api().admin().await;
                    continue;
                }
                let problem = reply.problem();
                let status = reply.status();
                assert!((400..500).contains(&status) && status != 401 && status != 403, "{what} to {route:?}: {problem}");
                asked += 1;
            }
        }
        assert!(asked > 100, "{asked}");
        let after = admin.api.get("/api/v1/users").send().await.ok().data()["total"].clone();
        assert_eq!(after, before);
    }

    // SEC-05
    async fn a_body_of_ten_megabytes_is_refused_politely(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let filler = "x".repeat(10 * 1024 * 1024);
        let body = format!("{{\"name\":\"{filler}\",\"username\":\"{filler}\",\"password\":\"x\"}}");
        for path in ["/api/v1/auth/login", "/api/v1/apps", "/api/v1/card-keys/verify", "/api/v1/users"] {
            let reply = admin.api.call(reqwest::Method::POST, path).body("application/json", body.clone()).send().await;
            let _ = reply.refused(413, "request.too_large");
        }
        let _ = admin.check_session().await.ok();
    }
}
