use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cardkey_tests::on_each_database;
use cardkey_tests::server::Settings;

on_each_database! {
    // AUTH-06
    async fn a_login_flood_is_turned_away_while_others_are_served(database: Database) {
        // A password takes a quarter of a second or more to hash, so 64 at a time are many more than can be served.
        let server = Settings::default().set("PASSWORD_SALT_ROUNDS", "12").start(database).await;
        let admin = server.api().admin().await;
        let over = Arc::new(AtomicBool::new(false));
        let flood: Vec<_> = (0..64)
            .map(|number| {
                let (api, over) = (server.api(), over.clone());
                tokio::spawn(async move {
                    let mut turned_away = 0;
                    while !over.load(Ordering::Relaxed) {
                        let reply = api.try_login(&format!("nobody-{number}"), "Wrong-1-password").await;
                        if reply.status() != 401 {
                            assert!(matches!(reply.status(), 429 | 503), "{}", reply.problem());
                            assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= 1));
                            turned_away += 1;
                        }
                    }
                    turned_away
                })
            })
            .collect();
        let mut slowest = Duration::ZERO;
        for _ in 0..50 {
            let start = Instant::now();
            let _ = admin.check_session().await.ok();
            slowest = slowest.max(start.elapsed());
        }
        over.store(true, Ordering::Relaxed);
        let mut turned_away = 0;
        for attacker in flood {
            turned_away += attacker.await.unwrap();
        }
        assert!(turned_away > 0, "the flood was let in");
        // No figure of speed, which `make bench` measures: only that nobody waits behind the flood's hashes.
        assert!(slowest < Duration::from_secs(5), "a reader waited {slowest:?}");
    }
}
