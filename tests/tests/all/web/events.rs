use std::time::Duration;

use cardkey_events::OutboxQueue as _;
use cardkey_tests::api::device;
use cardkey_tests::server::Server;
use cardkey_tests::{Backend, on_each_database, until};

on_each_database! {
    // EVT-03
    async fn every_event_is_handed_over_also_those_of_before_a_crash(database: Database) {
        let url = database.url().to_owned();
        let backend = database.backend();
        let mut server = Server::on(database).await;
        let file = format!("sqlite://{}", server.data().join("cardkey.db").display());
        let store = cardkey_persistence::Database::connect(if backend == Backend::Sqlite { &file } else { &url }, 2).await.unwrap();
        let handed_over = async || {
            until("the relay to hand over", Duration::from_secs(30), async || {
                store.undelivered(10).await.unwrap().events.is_empty().then_some(())
            })
            .await;
        };
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(2).place().await.codes;
        let lin = admin.customer("lin").await;
        lin.activate(&codes[0], &device(1)).await;
        handed_over().await;

        lin.activate(&codes[1], &device(2)).await;
        server.kill().await;
        server.start_again().await;
        handed_over().await;
    }
}
