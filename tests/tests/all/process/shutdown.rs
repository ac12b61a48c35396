use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // OPS-05, NFR-02
    async fn a_server_that_is_told_to_end_finishes_what_it_took(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let (stop, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let callers: Vec<_> = (0..8)
            .map(|_| {
                let (api, stop, made) = (admin.api.clone(), stop.clone(), made.clone());
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        let Some(reply) = api.post("/api/v1/apps", &json!({ "name": "Paint" })).try_send().await else { return };
                        match reply.status() {
                            201 => made.fetch_add(1, Ordering::Relaxed),
                            503 => return,
                            _ => panic!("{}", reply.text()),
                        };
                    }
                })
            })
            .collect();
        cardkey_tests::until("some work to be done", Duration::from_secs(30), async || {
            (made.load(Ordering::Relaxed) > 20).then_some(())
        })
        .await;
        let start = Instant::now();
        let status = server.terminate().await;
        stop.store(true, Ordering::Relaxed);
        assert_eq!(status.code(), Some(0), "{}", server.log());
        assert!(start.elapsed() < Duration::from_secs(20), "idle connections are not waited for: {}", server.log());
        for caller in callers {
            caller.await.unwrap();
        }
        server.start_again().await;
        let apps = server.api().bearing(admin.api.token()).get("/api/v1/apps").send().await.ok().data();
        assert_eq!(apps["total"], made.load(Ordering::Relaxed), "each was answered, and each answer was true");
    }
}
