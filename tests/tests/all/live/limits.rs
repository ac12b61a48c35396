use std::time::Duration;

use cardkey_tests::live::Knock;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Settings;

on_each_database! {
    // WS-03
    async fn an_account_has_so_many_connections_and_gets_its_place_back(database: Database) {
        let server = Settings::default().set("WS_MAX_PER_USER", "2").start(database).await;
        let admin = server.api().admin().await;
        let (lin, momo) = (admin.customer("lin").await, admin.customer("momo").await);
        let (mut first, _second) = (lin.api.live().await, lin.api.live().await);
        let knock = Knock::at(&lin.api).bearer(lin.api.token());
        knock.clone().open().await.closed_with(4009, "too_many_connections").await;
        let _other = momo.api.live().await;
        first.settle().await;
        drop(first);
        cardkey_tests::until("a place to be free", Duration::from_secs(10), async || {
            let mut client = knock.clone().open().await;
            matches!(client.next().await, cardkey_tests::live::Said::Frame(_)).then_some(())
        })
        .await;
    }

    // WS-03
    async fn an_address_has_so_many_connections(database: Database) {
        let settings = Settings::default().set("WS_MAX_PER_ADDRESS", "2").set("TRUSTED_PROXIES", "127.0.0.1");
        let server = settings.start(database).await;
        let admin = server.api().admin().await;
        let (lin, momo) = (admin.customer("lin").await, admin.customer("momo").await);
        let from = |token: &str, address| Knock::at(&admin.api).bearer(token).header("x-forwarded-for", address);
        let _first = from(lin.api.token(), "203.0.113.7").open().await.greeted().await;
        let _second = from(momo.api.token(), "203.0.113.7").open().await.greeted().await;
        let mut third = from(lin.api.token(), "203.0.113.7").open().await;
        third.closed_with(4009, "too_many_connections").await;
        let _elsewhere = from(lin.api.token(), "203.0.113.8").open().await.greeted().await;
    }
}
