use std::sync::Arc;
use std::time::Duration;

use cardkey_identity::model::{RefreshToken, TokenHash};

use super::super::samples::World;

contract! { Identity;
    // TOK-03
    async fn a_refresh_token_is_exchanged_once_however_many_try(store) {
        let world = World::new();
        let token = world.refresh_token(&world.session(&world.user("lin")));
        commit!(store, work => work.refresh_tokens().insert(&token).await.unwrap());
        assert_eq!(store.read().refresh_token(token.hash).await.unwrap(), Some(token.clone()));
        assert_eq!(store.read().refresh_token(TokenHash(world.hash())).await.unwrap(), None);

        let now = world.later(Duration::from_secs(1));
        let store = Arc::new(store);
        let tries = (0..50).map(|_| {
            let (store, hash, successor) = (store.clone(), token.hash, TokenHash(world.hash()));
            tokio::spawn(async move {
                let exchanged = commit!(store, work => {
                    work.refresh_tokens().exchange(hash, successor, b"sealed", now).await.unwrap()
                });
                exchanged.then_some(successor)
            })
        });
        let mut successors = Vec::new();
        for attempt in tries.collect::<Vec<_>>() {
            successors.extend(attempt.await.unwrap());
        }
        assert_eq!(successors.len(), 1);
        let exchanged = RefreshToken {
            used_at: Some(now),
            successor: successors.pop(),
            sealed_reply: Some(b"sealed".to_vec()),
            ..token
        };
        assert_eq!(store.read().refresh_token(token.hash).await.unwrap(), Some(exchanged));
    }

    // TOK-03
    async fn a_reply_is_forgotten_after_its_grace_and_a_token_after_its_end(store) {
        let world = World::new();
        let user = world.user("lin");
        let used = world.refresh_token(&world.session(&user));
        let over = RefreshToken { expires_at: world.now(), ..world.refresh_token(&world.session(&user)) };
        commit!(store, work => {
            work.refresh_tokens().insert(&used).await.unwrap();
            work.refresh_tokens().insert(&over).await.unwrap();
            work.refresh_tokens().exchange(used.hash, over.hash, b"sealed", world.now()).await.unwrap();
        });
        let sealed_reply = async || store.read().refresh_token(used.hash).await.unwrap().unwrap().sealed_reply;
        let exchanged_at = world.now();
        commit!(store, work => work.refresh_tokens().forget(over.expires_at, exchanged_at).await.unwrap());
        assert_eq!(sealed_reply().await, Some(b"sealed".to_vec()));
        assert!(store.read().refresh_token(over.hash).await.unwrap().is_some());

        let now = world.later(Duration::from_secs(60));
        commit!(store, work => work.refresh_tokens().forget(now, now).await.unwrap());
        assert_eq!(sealed_reply().await, None);
        assert_eq!(store.read().refresh_token(over.hash).await.unwrap(), None);
        assert!(store.read().refresh_token(used.hash).await.unwrap().unwrap().used_at.is_some());
    }
}
