use cardkey_identity::model::{User, UserStatus};
use cardkey_licensing::LicenceStanding;
use cardkey_licensing::model::{CardKey, CardKeyState};

use super::super::samples::World;
use super::licences::card_key_of;

contract! { Licensing;
    // CARD-08
    async fn a_verdict_rests_on_one_read(store) {
        let world = World::new();
        let app = world.fullest_app();
        let owner = world.user("lin");
        store.add_account(&owner).await;
        let seen = card_key_of(&world, &store, &app).await;
        let licence = world.licence(&seen, owner.id);
        let device = world.fullest_device(&app);
        let seat = world.seat(&licence, &device, 0);
        let activated = CardKey { state: CardKeyState::Activated, licence_id: Some(licence.id), ..seen.clone() };
        commit!(store, work => {
            work.apps().insert(&app).await.unwrap();
            work.card_keys().update(&seen, &activated).await.unwrap();
            work.licences().insert(&licence).await.unwrap();
            work.devices().insert(&device).await.unwrap();
            work.licences().bind(&seat).await.unwrap();
        });
        let expected = LicenceStanding {
            licence: licence.clone(),
            card_key_state: CardKeyState::Activated,
            app,
            device: device.clone(),
            seat: Some(seat),
            owner_active: true,
        };
        assert_eq!(store.read().standing(licence.id, device.id).await.unwrap(), Some(expected.clone()));
        assert_eq!(store.read().standing(licence.id, world.id()).await.unwrap(), None);
        assert_eq!(store.read().standing(world.id(), device.id).await.unwrap(), None);

        commit!(store, work => work.licences().unbind(licence.id, None, world.now()).await.unwrap());
        let unbound = LicenceStanding { seat: None, ..expected };
        assert_eq!(store.read().standing(licence.id, device.id).await.unwrap(), Some(unbound));
    }

    async fn accounts_are_known_by_name_and_by_whether_they_may_act(store) {
        let world = World::new();
        let active = world.user("Lin");
        let disabled = User { status: UserStatus::Disabled, ..world.user("Momo") };
        store.add_account(&active).await;
        store.add_account(&disabled).await;
        let nobody = world.id();
        assert!(store.read().account_is_active(active.id).await.unwrap());
        assert!(!store.read().account_is_active(disabled.id).await.unwrap());
        assert!(!store.read().account_is_active(nobody).await.unwrap());
        assert_eq!(store.read().account_by_name("lin").await.unwrap(), Some(active.id));
        assert_eq!(store.read().account_by_name("nobody").await.unwrap(), None);
        let mut names = store.read().account_names(&[disabled.id, nobody, active.id]).await.unwrap();
        names.sort();
        assert_eq!(names, [(active.id, "Lin".to_owned()), (disabled.id, "Momo".to_owned())]);
        assert_eq!(store.read().account_names(&[]).await.unwrap(), []);
    }
}
