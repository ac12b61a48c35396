use std::time::Duration;

use cardkey_tests::api::Person;
use cardkey_tests::live::Knock;
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, TimedServer};
use serde_json::json;

async fn ticket(person: &Person) -> String {
    let reply = person.api.post("/api/v1/ws/tickets", &json!({})).send().await;
    assert_eq!(reply.status(), 201);
    let ticket = reply.ok().data();
    assert_eq!(ticket["expires_in"], 30);
    ticket["ticket"].as_str().unwrap().to_owned()
}

on_each_database! {
    // WS-01
    async fn a_ticket_opens_one_connection_however_many_try(database: Database) {
        let server = Server::on(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        let ticket = ticket(&lin).await;
        let tries = (0..8).map(|_| tokio::spawn(Knock::at(&lin.api).ticket(&ticket).try_open()));
        let mut opened = Vec::new();
        for attempt in tries.collect::<Vec<_>>() {
            opened.extend(attempt.await.unwrap());
        }
        assert_eq!(opened.len(), 1);
        let _client = opened.remove(0).greeted().await;
        let _ = Knock::at(&lin.api).ticket(&ticket).refusal().await.refused(401, "live.ticket_invalid");
        let nobody = server.api().post("/api/v1/ws/tickets", &json!({})).send().await;
        let _ = nobody.refused(401, "auth.required");
    }

    // WS-01
    async fn a_ticket_is_good_for_half_a_minute_and_no_longer_than_its_session(database: Database) {
        let server = TimedServer::on(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        let (first, second, third) = (ticket(&lin).await, ticket(&lin).await, ticket(&lin).await);
        server.advance(Duration::from_secs(29));
        let _client = Knock::at(&lin.api).ticket(&first).open().await.greeted().await;
        server.advance(Duration::from_secs(1));
        let _ = Knock::at(&lin.api).ticket(&second).refusal().await.refused(401, "live.ticket_invalid");
        let _ = Knock::at(&lin.api).ticket(&third).refusal().await.refused(401, "live.ticket_invalid");
        let last = ticket(&lin).await;
        let _ = lin.logout().await.ok();
        let _ = Knock::at(&lin.api).ticket(&last).refusal().await.refused(401, "auth.session_ended");
    }
}
