use std::time::Duration;

use cardkey_events::Constraint;
use cardkey_identity::model::{TokenKeyRecord, TokenKeyState};

use super::super::samples::World;

contract! { Identity;
    // TOK-02
    async fn one_key_signs_one_is_spare_and_the_rest_is_retired(store) {
        let world = World::new();
        let active = world.token_key(TokenKeyState::Active);
        let spare = world.token_key(TokenKeyState::Spare);
        commit!(store, work => {
            work.signing_keys().insert(&active).await.unwrap();
            work.signing_keys().insert(&spare).await.unwrap();
        });
        for state in [TokenKeyState::Active, TokenKeyState::Spare] {
            let second = world.token_key(state);
            let error = drop_after!(store, work => work.signing_keys().insert(&second).await.unwrap_err());
            assert!(error.is_conflict(Constraint::Other), "{error:?}");
        }
        let now = world.later(Duration::from_secs(1));
        let promote = async |id| commit!(store, work => work.signing_keys().promote_spare(id, now).await.unwrap());
        assert!(!promote(spare.id).await);
        assert!(promote(active.id).await);
        assert!(!promote(active.id).await);
        let mut keys = store.read().token_keys().await.unwrap();
        keys.sort_by_key(|key| key.id);
        let retired = TokenKeyRecord { state: TokenKeyState::Retired, retired_at: Some(now), ..active };
        let promoted = TokenKeyRecord { state: TokenKeyState::Active, ..spare };
        assert_eq!(keys, [retired, promoted]);
    }
}
