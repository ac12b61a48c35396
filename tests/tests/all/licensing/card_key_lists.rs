use cardkey_tests::api::device;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::{Value, json};

on_each_database! {
    // CARD-09, CARD-11
    async fn card_keys_are_found_and_shown_masked(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let (paint, draw) = (admin.app("Paint").await, admin.app("Draw").await);
        let batch = admin.order(&paint).count(30).with("note", "spring").place().await;
        let other = admin.order(&draw).count(2).place().await;
        let lin = admin.customer("lin").await;
        let device_id = lin.activate(&batch.codes[7], &device(1)).await["device_id"].as_str().unwrap().to_owned();

        let list = async |query: &[(&str, &str)]| admin.api.get("/api/v1/card-keys").query(query).send().await.ok();
        let total = async |query: &[(&str, &str)]| list(query).await.data()["total"].clone();
        assert_eq!(total(&[]).await, 32);
        assert_eq!(total(&[("app_id", &draw.id)]).await, 2);
        assert_eq!(total(&[("batch_id", &batch.id), ("status", "unused")]).await, 29);
        assert_eq!(total(&[("status", "activated")]).await, 1);
        assert_eq!(total(&[("q", "spring")]).await, 30);
        let redeemed = admin.find_card_key(&batch.codes[7]).await;
        for (name, value) in [("owner_id", lin.id.as_str()), ("device_id", device_id.as_str())] {
            let found = list(&[(name, value)]).await.data();
            assert_eq!((&found["total"], &found["items"][0]["id"]), (&json!(1), &redeemed["id"]), "{name}");
        }
        assert_eq!(total(&[("owner_id", admin.id.as_str())]).await, 0);
        let made = redeemed["created_at"].as_str().unwrap();
        assert_eq!((total(&[("created_from", made)]).await, total(&[("created_to", made)]).await), (json!(32), json!(0)));
        let later = admin.find_card_key(&other.codes[0]).await["created_at"].as_str().unwrap().to_owned();
        let between = [("created_from", made), ("created_to", later.as_str())];
        assert_eq!((total(&between).await, total(&[("created_from", &later)]).await), (json!(30), json!(2)));
        for typed in [other.codes[0].clone(), other.codes[0].replace('-', "").to_lowercase()] {
            assert_eq!(total(&[("q", &typed)]).await, 1);
        }
        assert_eq!(total(&[("q", "'; DROP TABLE card_keys; --")]).await, 0);

        let everything = list(&[("page_size", "100")]).await;
        for code in batch.codes.iter().chain(&other.codes) {
            assert!(!everything.text().contains(code.as_str()), "a code in clear");
            assert!(!everything.text().contains(&code.replace('-', "")), "a code in clear");
        }
        let shown = &admin.find_card_key(&batch.codes[0]).await;
        let (head, tail) = (&batch.codes[0][..4], &batch.codes[0][15..]);
        assert_eq!(shown["masked"], format!("{head}-****-****-{tail}"));
    }

    // CARD-11, SEC-05
    async fn pages_follow_one_another_and_strange_ones_are_refused(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        admin.order(&app).count(25).place().await;
        let list = async |query: &[(&str, &str)]| admin.api.get("/api/v1/card-keys").query(query).send().await;
        let mut seen: Vec<Value> = Vec::new();
        let mut cursor = None::<String>;
        loop {
            let mut query = vec![("page_size", "10")];
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = list(&query).await.ok().data();
            assert_eq!(page["total"], 25);
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        let mut sorted: Vec<&str> = seen.iter().map(|id| id.as_str().unwrap()).collect();
        sorted.sort_unstable_by(|one, other| other.cmp(one));
        assert_eq!(seen, sorted.iter().map(|id| json!(id)).collect::<Vec<_>>(), "newest first, each once");

        let second = list(&[("page_size", "10"), ("page", "3")]).await.ok().data();
        assert_eq!((&second["page"], second["items"].as_array().map(Vec::len)), (&json!(3), Some(5)));
        let strange = [
            ("page_size", "1000000000"), ("page_size", "0"), ("page_size", "-1"), ("page_size", "ten"), ("page_size", "101"),
            ("page", "0"), ("page", "99999999999999999999"), ("cursor", "x"), ("cursor", "' OR 1=1"),
            ("status", "lost"), ("app_id", "paint"), ("batch_id", "1"), ("q", &"q".repeat(5_000)),
        ];
        for (name, value) in strange {
            let reply = list(&[(name, value)]).await.refused(400, "validation.failed");
            assert_eq!(reply.faulty_fields(), [name], "{name}={value}");
        }
    }

    // CARD-09, AUD-01
    async fn a_card_key_is_revealed_only_to_those_who_may_and_that_is_audited(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let id = admin.find_card_key(&code).await["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/card-keys/{id}/reveal");
        let operator = admin.hire("operator", &["operator"]).await;
        assert_eq!(operator.api.post(&path, &json!({})).send().await.status(), 403);
        let revealed = admin.api.post(&path, &json!({})).send().await.ok();
        assert!(revealed.text().contains(&code), "{}", revealed.text());
        let rows = admin.api.get("/api/v1/audit-logs").query(&[("target", id.as_str()), ("q", "reveal")]).send().await.ok();
        assert_eq!(rows.data()["total"], 2, "one done, one refused: {}", rows.text());
        assert!(!rows.text().contains(&code), "the audit log does not repeat it");
    }
}
