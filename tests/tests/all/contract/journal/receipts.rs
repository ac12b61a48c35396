use std::sync::Arc;
use std::time::Duration;

use cardkey_audit::AuditStore as _;
use cardkey_events::{Constraint, Receipt, ReceiptReader as _};
use cardkey_tests::on_each_database;

use super::super::samples::World;
use super::super::stores::open;

on_each_database! {
    // SEC-11
    async fn a_receipt_is_found_until_it_is_forgotten(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let receipt = Receipt {
            scope: format!("{}😀", "s".repeat(300)),
            key: "k".repeat(255),
            sealed_outcome: vec![0; 100_000],
            ..receipt(&world, "", "")
        };
        commit!(store, work => work.receipts().keep(&receipt).await.unwrap());
        let find = async |now| store.find(&receipt.scope, &receipt.key, now).await.unwrap();
        assert_eq!(find(world.now()).await, Some(receipt.clone()));
        assert_eq!(find(receipt.kept_until).await, None, "its time is over");

        assert_eq!(store.forget(world.now()).await.unwrap(), 0);
        assert_eq!(store.forget(receipt.kept_until).await.unwrap(), 1);
        assert_eq!(find(world.now()).await, None);
    }

    // SEC-11
    async fn keys_that_look_alike_are_different_keys(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let alike = [("a", "key"), ("a", "KEY"), ("A", "key"), ("a", "key "), ("a", "kéy"), ("a ", "key"), ("a", "ｋey")];
        for (scope, key) in alike {
            let receipt = receipt(&world, scope, key);
            commit!(store, work => work.receipts().keep(&receipt).await.unwrap());
            assert_eq!(store.find(scope, key, world.now()).await.unwrap(), Some(receipt));
        }
        assert_eq!(store.find("a", "Key", world.now()).await.unwrap(), None);
    }

    // SEC-11
    async fn of_many_with_one_key_one_is_kept(database: Database) {
        let store = Arc::new(open(database).await);
        let world = World::new();
        let tries = (0..50).map(|_| {
            let (store, receipt) = (store.clone(), receipt(&world, "scope", "key"));
            tokio::spawn(async move {
                let mut work = store.begin().await.unwrap();
                match work.receipts().keep(&receipt).await {
                    Ok(()) => work.commit().await.map(|()| receipt),
                    Err(error) => Err(error),
                }
            })
        });
        let mut kept = Vec::new();
        for attempt in tries.collect::<Vec<_>>() {
            match attempt.await.unwrap() {
                Ok(receipt) => kept.push(receipt),
                Err(error) => assert!(error.is_conflict(Constraint::Receipt), "{error:?}"),
            }
        }
        assert_eq!(kept.len(), 1);
        assert_eq!(store.find("scope", "key", world.now()).await.unwrap(), kept.pop());
    }
}

fn receipt(world: &World, scope: &str, key: &str) -> Receipt {
    Receipt {
        scope: scope.to_owned(),
        key: key.to_owned(),
        request_digest: world.hash(),
        sealed_outcome: world.hash().to_vec(),
        kept_until: world.now().plus(Duration::from_secs(60)),
    }
}
