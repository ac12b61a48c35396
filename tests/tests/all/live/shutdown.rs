use std::time::{Duration, Instant};

use cardkey_tests::live::{Knock, Said};
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, Settings};
use serde_json::json;

use super::{announce, titles};

on_each_database! {
    // WS-04, OPS-05
    async fn a_server_that_ends_sends_its_clients_away_spread_out_and_they_lose_nothing(database: Database) {
        let mut server = Settings::default().set("WS_MAX_PER_USER", "100").start(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let mut clients = Vec::new();
        for _ in 0..20 {
            clients.push(lin.api.live().await);
        }
        let epoch = clients[0].hello()["epoch"].clone();
        announce(&admin, "before", json!({})).await;
        for client in &mut clients {
            assert_eq!(titles(&client.announcements_until("before").await), ["before"]);
        }
        let ended = tokio::spawn(async move {
            let status = server.terminate().await;
            (server, status)
        });
        let mut hints = Vec::new();
        for client in &mut clients {
            let closed = client.closed().await;
            assert_eq!(closed.code, 1001);
            hints.push(closed.reason.parse::<u64>().unwrap());
        }
        let (mut server, status) = ended.await.unwrap();
        assert_eq!(status.code(), Some(0), "{}", server.log());
        hints.sort_unstable();
        assert!(hints.iter().all(|hint| (500..60_000).contains(hint)), "{hints:?}");
        assert!(hints[19] - hints[0] > 200, "spread out: {hints:?}");

        server.start_again().await;
        announce(&server.api().admin().await, "after", json!({})).await;
        let mut client = Knock::at(&server.api()).bearer(lin.api.token()).open().await.greeted().await;
        client.resume(&epoch, 1).await;
        assert_eq!(titles(&client.announcements_until("after").await), ["after"]);
    }

    // WS-04
    async fn clients_that_hold_on_do_not_hold_a_server_up(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let mut deaf = Knock::at(&admin.api).bearer(admin.api.token()).receive_buffer(4_096).open().await.greeted().await;
        for number in 0..30 {
            announce(&admin, &number.to_string(), json!({ "content": "x".repeat(20_000) })).await;
        }
        let start = Instant::now();
        assert_eq!(server.terminate().await.code(), Some(0), "{}", server.log());
        assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
        while let Said::Frame(_) = deaf.next().await {}
    }
}
