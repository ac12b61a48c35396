use cardkey_licensing::model::{SigningKeyRecord, SigningKeyState};

use super::super::samples::World;

contract! { Licensing;
    // APP-07
    async fn the_spare_key_takes_the_place_of_the_active_one_once(store) {
        let world = World::new();
        let (app, other) = (world.app(), world.app());
        let active = world.signing_key(&app, SigningKeyState::Active);
        let spare = world.signing_key(&app, SigningKeyState::Spare);
        let foreign = world.signing_key(&other, SigningKeyState::Active);
        commit!(store, work => {
            work.apps().insert(&app).await.unwrap();
            for key in [&active, &spare, &foreign] {
                work.signing_keys().insert(key).await.unwrap();
            }
        });
        let keys = async |app| {
            let mut keys = store.read().signing_keys(app).await.unwrap();
            keys.sort_by_key(|key| key.id);
            keys
        };
        assert_eq!(keys(app.id).await, [active.clone(), spare.clone()]);

        assert!(!commit!(store, work => work.signing_keys().promote_spare(app.id, spare.id).await.unwrap()));
        assert!(commit!(store, work => work.signing_keys().promote_spare(app.id, active.id).await.unwrap()));
        let retired = SigningKeyRecord { state: SigningKeyState::Retired, ..active.clone() };
        let promoted = SigningKeyRecord { state: SigningKeyState::Active, ..spare };
        assert_eq!(keys(app.id).await, [retired.clone(), promoted.clone()]);

        // No spare stands ready, so nothing may be retired.
        assert!(!drop_after!(store, work => work.signing_keys().promote_spare(app.id, promoted.id).await.unwrap()));
        assert!(!commit!(store, work => work.signing_keys().promote_spare(app.id, active.id).await.unwrap()));
        assert_eq!(keys(app.id).await, [retired, promoted]);
        assert_eq!(keys(other.id).await, [foreign]);
    }
}
