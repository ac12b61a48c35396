use std::collections::BTreeSet;
use std::time::Duration;

use cardkey_tests::api::{Api, device};
use cardkey_tests::server::{Server, Settings};
use cardkey_tests::{Backend, on_each_database, until};
use serde_json::json;

const TOKEN: &str = "a-token-for-prometheus";

on_each_database! {
    // OPS-06
    async fn every_series_that_is_printed_is_documented_and_the_other_way_round(database: Database) {
        let server = Server::on(database).await;
        let page = page(&server.api()).await;
        let printed: BTreeSet<&str> = page.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
        let document = include_str!("../../../../docs/metrics.md");
        let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
        let documented: BTreeSet<String> = rows
            .filter_map(|(name, rest)| Some(format!("{name} {}", rest.split_once(" | ")?.0)))
            .filter(|row| ["counter", "gauge", "histogram"].iter().any(|kind| row.ends_with(kind)))
            .collect();
        assert_eq!(printed, documented.iter().map(String::as_str).collect());
        for line in page.lines().filter(|line| !line.starts_with('#')) {
            let (sample, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
            let name = sample.split('{').next().unwrap();
            let of = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            assert!(printed.iter().any(|kind| kind.starts_with(&format!("{of} ")) || kind.starts_with(&format!("{name} "))), "{line}");
        }
    }

    // OPS-06
    async fn what_is_done_is_counted_by_route_and_by_outcome(database: Database) {
        let server = Server::on(database).await;
        let api = server.api();
        let admin = api.admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(3).place().await.codes;
        let lin = admin.customer("lin").await;
        let licence = lin.activate(&codes[0], &device(1)).await;
        let _ = lin.try_activate("AAAA-AAAA-AAAA-AAAA", &device(1)).await.problem();
        let _ = api.try_login("lin", "Wrong-Horse-7").await.refused(401, "auth.invalid_credentials");
        let verify = json!({ "license": licence["verdict"], "device_info": device(2), "nonce": "0123456789abcdef" });
        let _ = api.post("/api/v1/card-keys/verify", &verify).send().await.ok();
        let beat = json!({ "license": licence["verdict"], "nonce": "0123456789abcdef" });
        for _ in 0..3 {
            let _ = api.post("/api/v1/devices/heartbeat", &beat).send().await.ok();
        }
        let id = admin.find_card_key(&codes[0]).await["id"].as_str().unwrap().to_owned();
        let _ = admin.api.get(&format!("/api/v1/card-keys/{id}")).send().await.ok();
        let _ = api.get("/secret-path/of-a-stranger").send().await.problem();
        let _ = api.get("/api/auth/check-session").send().await.problem();

        let page = page(&api).await;
        let value = |sample: &str| value(&page, sample).unwrap_or_else(|| panic!("no {sample} in {page}"));
        assert_eq!(value(r#"cardkey_sign_ins_total{outcome="ok"}"#), 2.0);
        assert_eq!(value(r#"cardkey_sign_ins_total{outcome="auth.invalid_credentials"}"#), 1.0);
        assert_eq!(value(r#"cardkey_activations_total{outcome="ok"}"#), 1.0);
        assert_eq!(value(r#"cardkey_activations_total{outcome="card_key.invalid"}"#), 1.0);
        assert_eq!(value(r#"cardkey_verifications_total{code="DEVICE_MISMATCH"}"#), 1.0);
        assert_eq!(value(r#"cardkey_verifications_total{code="VALID"}"#), 0.0);
        assert_eq!(value(r#"cardkey_heartbeats_total{code="VALID"}"#), 3.0);
        assert_eq!(value("cardkey_card_keys_generated_total"), 3.0);
        assert_eq!(value(r#"cardkey_http_refusals_total{code="request.not_found"}"#), 1.0);
        assert_eq!(value(r#"cardkey_http_requests_total{method="POST",route="/api/v1/devices/heartbeat",status="2xx"}"#), 3.0);
        assert_eq!(value(r#"cardkey_http_requests_total{method="GET",route="/api/v1/card-keys/{id}",status="2xx"}"#), 1.0);
        assert_eq!(value(r#"cardkey_http_requests_total{method="GET",route="/api/v1/auth/check-session",status="4xx"}"#), 1.0);
        assert_eq!(value(r#"cardkey_http_requests_total{method="*",route="unmatched",status="4xx"}"#), 1.0);
        let beats = r#"cardkey_http_request_duration_seconds_count{method="POST",route="/api/v1/devices/heartbeat"}"#;
        assert_eq!(value(beats), 3.0);
        assert!(value(r#"cardkey_http_request_duration_seconds_sum{method="POST",route="/api/v1/devices/heartbeat"}"#) > 0.0);
        assert_eq!(value("cardkey_http_requests_in_flight"), 1.0, "the one that asks");
        assert!(value("cardkey_hashing_places") >= 8.0);
        assert!(value("process_open_fds") > 3.0 && value("process_resident_memory_bytes") > 1e6);
        assert!(value("process_cpu_seconds_total") > 0.0 && value("process_start_time_seconds") > 1.7e9);
        assert!(value("cardkey_database_connections_max") >= 2.0);
        assert_eq!(value("cardkey_outbox_dead_letters"), 0.0);
        for stranger in ["secret-path", id.as_str(), "lin", "127.0.0.1", &codes[0]] {
            assert!(!page.contains(stranger), "{stranger} in {page}");
        }
    }

    // OPS-06
    async fn on_a_file_commits_are_counted_by_how_many_shared_them(database: Database) {
        if database.backend() != Backend::Sqlite {
            let server = Server::on(database).await;
            assert_eq!(value(&page(&server.api()).await, "cardkey_database_group_units_count"), None);
            return;
        }
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let before = value(&page(&server.api()).await, "cardkey_database_group_units_sum").unwrap();
        admin.app("Paint").await;
        until("the page to be looked up anew", Duration::from_secs(20), async || {
            let now = page(&server.api()).await;
            let (units, commits) =
                (value(&now, "cardkey_database_group_units_sum")?, value(&now, "cardkey_database_group_units_count")?);
            assert!(commits <= units, "{now}");
            (units > before).then_some(())
        })
        .await;
    }

    // OPS-06, SEC-09
    async fn a_token_keeps_strangers_out(database: Database) {
        let server = Settings::default().set("METRICS_TOKEN", TOKEN).start(database).await;
        let api = server.api();
        let _ = api.get("/metrics").send().await.refused(401, "auth.required");
        for wrong in ["x", "a-token-for-prometheuS", "a-token-for-prometheus-", api.admin().await.api.token()] {
            let _ = api.bearing(wrong).get("/metrics").send().await.refused(401, "auth.token_invalid");
        }
        let page = page(&api.bearing(TOKEN)).await;
        assert!(!page.contains(TOKEN));
        assert_eq!(value(&page, r#"cardkey_http_refusals_total{code="auth.token_invalid"}"#), Some(4.0));
    }

    // OPS-06, NFR-02
    async fn without_its_database_a_server_still_tells_its_numbers(database: Database) {
        if database.backend() == Backend::Sqlite {
            // A file does not go away while it is open.
            return;
        }
        let kind = if database.backend() == Backend::Postgres { "postgres" } else { "mysql" };
        let up = format!("cardkey_database_up{{kind=\"{kind}\"}}");
        let server = Server::on(database).await;
        assert_eq!(value(&page(&server.api()).await, &up), Some(1.0));
        server.lose_database();
        let page = until("the server to notice", Duration::from_secs(30), async || {
            let page = page(&server.api()).await;
            (value(&page, &up) == Some(0.0)).then_some(page)
        })
        .await;
        assert!(value(&page, "cardkey_http_requests_in_flight").is_some());
        assert_eq!(value(&page, "cardkey_outbox_waiting"), None);
    }
}

async fn page(api: &Api) -> String {
    let reply = api.get("/metrics").send().await.ok();
    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    reply.text().to_owned()
}

/// The value of a sample, named with its labels.
fn value(page: &str, sample: &str) -> Option<f64> {
    let value = page.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '))?;
    Some(value.parse().unwrap())
}
