use std::time::Duration;

use cardkey_identity::model::{DeniedToken, TokenHash};

use super::super::samples::World;

contract! { Identity;
    // TOK-05
    async fn a_denied_token_stays_denied_until_it_ends(store) {
        let world = World::new();
        let expires_at = world.now().plus(Duration::from_secs(60));
        let token = |expires_at| DeniedToken { hash: TokenHash(world.hash()), expires_at };
        let (first, second) = (token(expires_at), token(expires_at.plus(Duration::from_secs(60))));
        commit!(store, work => work.deny_list().deny(&[first], world.now()).await.unwrap());
        // One of them is denied already.
        commit!(store, work => work.deny_list().deny(&[first, second], world.now()).await.unwrap());
        commit!(store, work => work.deny_list().deny(&[], world.now()).await.unwrap());
        let denied = async |token: DeniedToken| store.read().is_denied(token.hash).await.unwrap();
        assert!(denied(first).await && denied(second).await && !denied(token(expires_at)).await);

        let now = expires_at.plus(Duration::from_secs(1));
        assert_eq!(commit!(store, work => work.deny_list().forget(now).await.unwrap()), 1);
        assert!(!denied(first).await && denied(second).await);
    }

    // TOK-05
    async fn many_tokens_are_denied_at_once(store) {
        let world = World::new();
        let expires_at = world.now().plus(Duration::from_secs(60));
        let tokens: Vec<DeniedToken> = (0..300).map(|_| DeniedToken { hash: TokenHash(world.hash()), expires_at }).collect();
        commit!(store, work => work.deny_list().deny(&tokens, world.now()).await.unwrap());
        for token in tokens {
            assert!(store.read().is_denied(token.hash).await.unwrap());
        }
    }
}
