use std::fs;
use std::path::Path;

use cardkey_tests::api::device;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Settings;
use serde_json::json;

on_each_database! {
    /// Secrets are planted wherever one can be; then the log, the audit rows and, on SQLite, the database file are read through.
    // SEC-08, SEC-09, CARD-09
    async fn no_secret_is_written_where_it_can_be_read(database: Database) {
        let server = Settings::default().set("LOG_LEVEL", "debug").start(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(2).place().await.codes;
        let lin = admin.customer("lin").await;
        let activated = lin.activate(&codes[0], &device(4_242)).await;
        let fresh = server.api().person(&lin.refresh().await.ok());
        let _ = server.api().try_login("lin", "Canary-9-password").await.problem();
        let _ = lin.change_password("Canary-8-password", "weak").await.problem();
        let _ = server.api().bearing("canary-token").get("/api/v1/users").send().await.problem();
        let verify = json!({ "license": activated["verdict"], "device_info": device(4_242), "nonce": "0123456789abcdef" });
        let _ = server.api().post("/api/v1/card-keys/verify", &verify).send().await.ok();

        let secret = |token: &str| token.rsplit('.').next().unwrap().to_owned();
        let mut secrets = vec![
            "Canary-9-password".to_owned(),
            "Canary-8-password".to_owned(),
            cardkey_tests::api::PASSWORD.to_owned(),
            cardkey_tests::server::ADMIN_PASSWORD.to_owned(),
            secret(lin.api.token()),
            secret(&lin.refresh_token),
            secret(fresh.api.token()),
            secret(activated["verdict"].as_str().unwrap()),
            format!("BFEBFBFF{:08X}", 4_242),
        ];
        secrets.extend(codes.iter().flat_map(|code| [code.clone(), code.replace('-', "")]));
        let key = fs::read_to_string(server.data().join("encryption.key")).unwrap();
        secrets.push(key.trim().to_owned());
        let mut places = vec![("the log".to_owned(), server.log().into_bytes())];
        for page in 1..4 {
            let rows = admin.api.get("/api/v1/audit-logs").query(&[("page_size", "100"), ("page", &page.to_string())]);
            places.push(("the audit log".to_owned(), rows.send().await.ok().bytes().to_vec()));
        }
        collect(&server.data(), &mut places);
        assert!(places.len() > 4, "nothing was read");
        for (place, bytes) in places.iter().filter(|(place, _)| !place.ends_with("encryption.key")) {
            for secret in &secrets {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{place} holds {secret}");
            }
        }
    }
}

fn collect(folder: &Path, places: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, places);
        } else {
            places.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}
