use std::time::Duration;

use cardkey_tests::server::Embedded;
use cardkey_tests::{on_each_database, until};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

on_each_database! {
    // EVT-02, OPS-02
    async fn old_events_are_forgotten_in_the_night_also_after_nights_without_a_server(database: Database) {
        let mut server = Embedded::on(database).await;
        let admin = server.api().admin().await;
        admin.app("Paint").await;
        let count = async |server: &Embedded| {
            let admin = server.api().admin().await;
            admin.api.get("/api/v1/events").query(&[("name", "app.registered")]).send().await.ok().data()["total"].clone()
        };
        server.clock().advance(DAY * 29);
        assert_eq!(count(&server).await, 1);
        server.stop().await;
        server.clock().advance(DAY * 4);
        server.start_again(|application| application).await;
        until("the night's work to be made up for", Duration::from_secs(30), async || {
            (count(&server).await == 0).then_some(())
        })
        .await;
    }
}
