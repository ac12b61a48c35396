use cardkey_tests::api::PASSWORD;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // AUTH-03
    async fn each_broken_rule_of_a_new_password_is_named(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let long = format!("Aa1!{}", "x".repeat(125));
        let cases: [(&str, &[&str]); 9] = [
            ("Aa1!", &["password.too_short"]),
            (&long, &["password.too_long"]),
            ("correct-horse-7", &["password.no_upper"]),
            ("CORRECT-HORSE-7", &["password.no_lower"]),
            ("Correct-Horse", &["password.no_digit"]),
            ("CorrectHorse7", &["password.no_special"]),
            ("", &["password.no_digit", "password.no_lower", "password.no_special", "password.no_upper", "password.too_short"]),
            ("P@ssw0rd", &["password.common"]),
            ("Lin.Wei.1", &["password.contains_name"]),
        ];
        for (password, rules) in cases {
            let body = json!({ "username": "lin.wei", "email": "lin.wei@example.org", "password": password, "roles": ["user"] });
            let reply = admin.api.post("/api/v1/users", &body).send().await.refused(400, "validation.failed");
            let problem = reply.problem();
            let mut named: Vec<&str> = problem["errors"].as_array().unwrap().iter().filter_map(|e| e["code"].as_str()).collect();
            named.sort_unstable();
            assert_eq!(named, rules, "{password:?}");
            assert_eq!(reply.faulty_fields(), ["password"]);
            assert!(password.is_empty() || !reply.text().contains(password), "the password is not repeated");
        }
    }

    // AUTH-04
    async fn nothing_of_a_long_password_is_cut_off(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        // 128 characters, 384 bytes: bcrypt alone would look at the first 72 bytes.
        let longest = format!("Aa1!{}", "密".repeat(124));
        let body = json!({ "username": "lin", "email": "lin@example.org", "password": longest, "roles": ["user"] });
        let _ = admin.api.post("/api/v1/users", &body).send().await.ok();
        let _ = server.api().login("lin", &longest).await;
        let other_end = format!("{}码", longest.strip_suffix('密').unwrap());
        let _ = server.api().try_login("lin", &other_end).await.refused(401, "auth.invalid_credentials");
    }

    // AUTH-04
    async fn a_hash_of_another_system_or_cost_opens_the_account_and_is_replaced(database: Database) {
        let mut server = Server::on(database).await;
        server.api().admin().await.create_user("lin", &["user"]).await;
        let long = format!("Long-1-{}", "p".repeat(80));
        let imported = [
            ("Imported-1-password", "$2b$04$abcdefghijklmnopqrstuuV5Oei96nsTCjw/cL7bOQVNtVzHcUDGe"),
            ("Imported-1-password", "$2b$06$abcdefghijklmnopqrstuu62KRPeTLOqqWVNNYxENoPW.3P5vvnCq"),
            (&long, "$2b$05$abcdefghijklmnopqrstuu01G5B8WX5lhI6k/bYncJ7izP/vaeucy"),
        ];
        let hash = |server: &Server| server.read("SELECT password_hash FROM users WHERE name_key = 'lin'");
        for (password, imported) in imported {
            server.kill().await;
            server.execute(&format!("UPDATE users SET password_hash = '{imported}' WHERE name_key = 'lin'"));
            server.start_again().await;
            let _ = server.api().try_login("lin", PASSWORD).await.refused(401, "auth.invalid_credentials");
            assert_eq!(hash(&server), imported, "a failure replaces nothing");
            let _ = server.api().login("lin", password).await;
            assert!(hash(&server).starts_with("v1:$2b$04$"), "{}", hash(&server));
            let _ = server.api().login("lin", password).await;
            let longer = format!("{password}x");
            let _ = server.api().try_login("lin", &longer).await.refused(401, "auth.invalid_credentials");
        }
        let _ = server.terminate().await;
        server.start_again_with(|settings| settings.set("PASSWORD_SALT_ROUNDS", "5")).await;
        let _ = server.api().login("lin", &long).await;
        assert!(hash(&server).starts_with("v1:$2b$05$"), "{}", hash(&server));
    }

    // AUTH-08, AUTH-03
    async fn changing_the_password_needs_the_old_one_and_ends_other_sessions(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let elsewhere = server.api().login("lin", PASSWORD).await;

        let _ = lin.change_password("Wrong-1-password", "Better-2-password").await.problem();
        let reply = lin.change_password(PASSWORD, "weak").await.refused(400, "validation.failed");
        assert_eq!(reply.faulty_fields(), ["new_password"]);
        let _ = elsewhere.check_session().await.ok();

        let _ = lin.change_password(PASSWORD, "Better-2-password").await.ok();
        assert_eq!(elsewhere.check_session().await.status(), 401);
        assert_eq!(elsewhere.refresh().await.status(), 401);
        let _ = server.api().try_login("lin", PASSWORD).await.refused(401, "auth.invalid_credentials");
        let _ = server.api().login("lin", "Better-2-password").await;
    }
}
