use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use reqwest::Method;

on_each_database! {
    // SEC-06
    async fn an_address_that_is_not_there_is_a_problem_document_too(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        for path in ["/", "/api", "/api/v1/", "/api/v2/users", "/api/v1/users/", "/..%2f..%2fetc/passwd", "/%00", "/api/v1/apps/%F0%28%8C%28"] {
            let problem = admin.api.get(path).send().await.problem();
            assert!(problem["status"] == 404 || problem["status"] == 400, "{path}: {problem}");
        }
        let reply = admin.api.call(Method::PUT, "/api/v1/users").send().await.refused(405, "request.method_not_allowed");
        assert!(!reply.header("allow").is_empty(), "RFC 9110 wants Allow");
    }

    // SEC-06
    async fn every_reply_has_a_request_id_of_its_own(database: Database) {
        let server = Server::on(database).await;
        let mut ids: Vec<String> = Vec::new();
        for _ in 0..3 {
            for path in ["/livez", "/nowhere", "/api/v1/users"] {
                ids.push(server.api().get(path).send().await.header("x-request-id").to_owned());
            }
        }
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), ids.iter().all(|id| !id.is_empty())), (all, true));
        for strange in ["<script>", &"i".repeat(10_000), "a b", "x\ty"] {
            let reply = server.api().get("/livez").header("x-request-id", strange).send().await;
            assert_ne!(reply.header("x-request-id"), strange);
        }
    }

    // SEC-06
    async fn messages_follow_the_language_that_was_asked_for_and_codes_do_not(database: Database) {
        let server = Server::on(database).await;
        let ask = async |languages: &str| {
            let call = server.api().get("/api/v1/users").header("accept-language", languages);
            let problem = call.send().await.refused(401, "auth.required").problem();
            problem["message"].as_str().unwrap().to_owned()
        };
        let chinese = server.api().get("/api/v1/users").send().await.problem()["message"].as_str().unwrap().to_owned();
        assert!(!chinese.is_ascii());
        for languages in ["zh-CN", "zh", "fr", "", "en;q=0.1, zh;q=0.9", "*", "\u{1F600}"] {
            assert_eq!(ask(languages).await, chinese, "{languages}");
        }
        for languages in ["en", "en-GB, zh;q=0.5", "EN"] {
            assert!(ask(languages).await.is_ascii(), "{languages}");
        }
    }
}
