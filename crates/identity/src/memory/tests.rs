use futures::executor::block_on;

use super::*;
use crate::testing::{World, call, new_user};

#[test]
fn what_is_not_committed_did_not_happen() {
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    block_on(async {
        let mut work = world.store.begin().await.unwrap();
        assert!(work.users().note_login(alice.id, world.now(), world.now()).await.is_ok());
        work.lockouts().know_device(alice.id, [1; 32], world.now()).await.unwrap();
        drop(work);
        assert!(!world.store.knows_device(alice.id, [1; 32]).await.unwrap());
        let mut work = world.store.begin().await.unwrap();
        work.lockouts().know_device(alice.id, [1; 32], world.now()).await.unwrap();
        work.commit().await.unwrap();
        assert!(world.store.knows_device(alice.id, [1; 32]).await.unwrap());
    });
}

#[test]
fn a_key_of_a_request_is_kept_once() {
    // SEC-11
    struct Open;
    impl cardkey_events::Sealer for Open {
        fn seal(&self, _: &[u8], plain: &[u8]) -> Vec<u8> {
            plain.to_vec()
        }
        fn open(&self, _: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
            Some(sealed.to_vec())
        }
    }
    let world = World::new();
    let once = cardkey_events::Once {
        scope: "users".into(),
        key: "k".into(),
        request_digest: [0; 32],
        sealer: Arc::new(Open),
    };
    let call = cardkey_events::Call { once: Some(once.clone()), ..call() };
    let all = crate::model::PermissionSet::all();
    let made = block_on(world.identity.create_user(&call, all, new_user("alice", &["user"]))).unwrap();
    let receipt = block_on(world.store.find("users", "k", world.now())).unwrap().unwrap();
    assert_eq!(once.outcome::<crate::Account>(&receipt).unwrap(), made);
    let again = block_on(world.identity.create_user(&call, all, new_user("bob", &["user"])));
    assert!(
        matches!(again, Err(crate::CreateUserError::Store(error)) if error.is_conflict(cardkey_events::Constraint::Receipt))
    );
    assert_eq!(block_on(world.store.user_count()).unwrap(), 1, "the change went with the reply");
}
