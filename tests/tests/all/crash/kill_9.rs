use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use cardkey_tests::api::PASSWORD;
use cardkey_tests::server::Settings;
use cardkey_tests::{crash_rounds, on_each_database, until};

use super::ledger::{Ledger, check};
use super::traffic::drive;

const CALLERS: usize = 8;

on_each_database! {
    /// `make crash` makes it 300 rounds.
    // NFR-02, EVT-03, AUD-01, TOK-05
    async fn rounds_of_kill_9_lose_nothing_that_was_acknowledged(database: Database) {
        let settings = Settings::default().set("SESSION_MAX_PER_USER", "50");
        let mut server = settings.start(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        for number in 0..CALLERS {
            admin.create_user(&format!("caller-{number}"), &["user"]).await;
        }
        let whole = Arc::new(Ledger::default());
        for round in 0..crash_rounds() {
            let admin = server.api().admin().await;
            let codes = Arc::new(admin.order(&app).count(400).place().await.codes);
            let (ledger, next) = (Arc::new(Ledger::default()), Arc::new(AtomicUsize::new(0)));
            let mut callers = Vec::new();
            for number in 0..CALLERS {
                let person = server.api().login(&format!("caller-{number}"), PASSWORD).await;
                callers.push(tokio::spawn(drive(person, codes.clone(), next.clone(), ledger.clone())));
            }
            // Each round ends in another moment of the work.
            let enough = 5 + round * 37 % 60;
            until("some work to be acknowledged", Duration::from_secs(60), async || {
                (ledger.acknowledged() >= enough).then_some(())
            })
            .await;
            server.kill().await;
            for caller in callers {
                caller.await.unwrap();
            }
            server.start_again().await;
            whole.take_from(&ledger);
            let last = round + 1 == crash_rounds();
            if last || round % 10 == 9 {
                check(&whole, &server.api().admin().await).await;
            }
        }
    }
}
