use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;

on_each_database! {
    // SEC-03
    async fn every_reply_carries_the_security_headers(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        for path in ["/livez", "/docs", "/nowhere", "/api/v1/users", "/.well-known/jwks.json", "/api/v1/openapi.json"] {
            for api in [&admin.api, &server.api()] {
                let reply = api.get(path).send().await;
                assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
                assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
                for name in ["x-xss-protection", "referrer-policy", "permissions-policy"] {
                    assert!(!reply.header(name).is_empty(), "{name} at {path}");
                }
                let policy = reply.header("content-security-policy");
                assert!(policy.contains("default-src") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
                let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src")).unwrap_or_default();
                assert!(!scripts.contains("unsafe-inline"), "{path}: {policy}");
                assert_eq!(reply.header("strict-transport-security"), "", "over plain http there is nothing to insist on");
                assert_eq!(reply.header("server"), "", "{path}");
            }
        }
        let private = admin.api.get("/api/v1/users").send().await;
        assert!(private.header("cache-control").contains("no-store"), "{}", private.header("cache-control"));
    }

    // SEC-03
    async fn behind_https_browsers_are_told_to_stay_there(database: Database) {
        let settings = cardkey_tests::server::Settings::default().set("PUBLIC_URL", "https://licence.example.com");
        let server = settings.start(database).await;
        let reply = server.api().get("/livez").send().await;
        assert!(reply.header("strict-transport-security").contains("max-age="));
    }

    // DOC-01
    async fn the_interface_describes_itself(database: Database) {
        let server = Server::on(database).await;
        let page = server.api().get("/docs").send().await.ok();
        assert!(page.header("content-type").starts_with("text/html") && page.text().contains("swagger"));
        let document = server.api().get("/api/v1/openapi.json").send().await.ok().json();
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", document["openapi"]);
    }
}
