use std::time::{Duration, Instant};

use cardkey_tests::live::{Knock, LiveClient};
use cardkey_tests::on_each_database;
use cardkey_tests::server::Settings;
use serde_json::json;

use super::{announce, announce_to, titles};

const CLIENTS: usize = 300;

on_each_database! {
    // ANN-04, WS-05
    async fn some_hundreds_of_clients_are_told_at_once_and_each_once(database: Database) {
        let server = Settings::default().set("WS_MAX_PER_USER", "1000").start(database).await;
        let admin = server.api().admin().await;
        let people = [admin.customer("lin").await, admin.customer("momo").await, admin.customer("anna").await];
        let mut clients: Vec<LiveClient> = Vec::new();
        let opening = (0..CLIENTS).map(|number| {
            let person = &people[number % 3];
            tokio::spawn(Knock::at(&person.api).bearer(person.api.token()).open())
        });
        for client in opening.collect::<Vec<_>>() {
            clients.push(client.await.unwrap().greeted().await);
        }
        let hearing: Vec<_> = clients
            .into_iter()
            .map(|mut client| tokio::spawn(async move { (client.announcements_until("last").await, Instant::now(), client) }))
            .collect();
        for number in 0..5 {
            announce(&admin, &number.to_string(), json!({})).await;
        }
        announce_to(&admin, "to momo", "users", &[&people[1].id]).await;
        announce(&admin, "last", json!({})).await;
        let published = Instant::now();
        let mut slowest = Duration::ZERO;
        for (number, client) in hearing.into_iter().enumerate() {
            let (seen, heard, _client) = client.await.unwrap();
            let expected: &[&str] = if number % 3 == 1 { &["0", "1", "2", "3", "4", "to momo", "last"] } else { &["0", "1", "2", "3", "4", "last"] };
            assert_eq!(titles(&seen), expected);
            slowest = slowest.max(heard.saturating_duration_since(published));
        }
        assert!(slowest < Duration::from_secs(2), "the last heard of it after {slowest:?}");
        let health = admin.api.get("/health").send().await.ok().data();
        assert_eq!(health["live"]["frames_sent"], json!(CLIENTS * 6 + CLIENTS / 3), "{health}");
    }
}
