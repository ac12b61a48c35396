use cardkey_tests::live::{Closed, Knock, Said};
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

use super::announce;

/// Announcements that are more than the server keeps for one client, whatever the systems on the way keep.
const MANY: usize = 160;

on_each_database! {
    // WS-03, ANN-07
    async fn a_client_that_does_not_read_is_closed_and_resumes_without_loss(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let mut slow = Knock::at(&lin.api).bearer(lin.api.token()).receive_buffer(4_096).open().await.greeted().await;
        slow.settle().await;
        let mut quick = lin.api.live().await;
        let content = "x".repeat(20_000);
        let last = (MANY - 1).to_string();
        let publish = async {
            for number in 0..MANY {
                announce(&admin, &number.to_string(), json!({ "content": content })).await;
            }
        };
        let expected: Vec<u64> = (1..=MANY as u64).collect();
        let numbers = |seen: Vec<(u64, String)>| seen.into_iter().map(|(seq, _)| seq).collect::<Vec<_>>();
        let (heard, ()) = tokio::join!(quick.announcements_until(&last), publish);
        assert_eq!(numbers(heard), expected, "nobody else is held up");

        let mut seen = Vec::new();
        let closed = loop {
            match slow.next().await {
                Said::Frame(frame) => seen.push(frame["seq"].as_u64().unwrap()),
                Said::Closed(closed) => break closed,
                Said::Gone => panic!("gone without a word after {seen:?}"),
            }
        };
        assert_eq!(closed, Closed { code: 4008, reason: "too_slow".to_owned() });
        assert!(seen.len() < MANY);
        let mut again = lin.api.live().await;
        again.resume(&again.hello()["epoch"].clone(), seen.last().copied().unwrap_or(0)).await;
        seen.extend(numbers(again.announcements_until(&last).await));
        assert_eq!(seen, expected);
        let health = admin.api.get("/health").send().await.ok().data();
        assert_eq!(health["live"]["closed"]["4008"], 1, "{health}");
    }
}
