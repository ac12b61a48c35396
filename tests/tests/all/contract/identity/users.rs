use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{Email, RoleName, Secret, UserName};
use cardkey_events::Constraint;
use cardkey_identity::model::{User, UserStatus};

use super::super::samples::World;

contract! { Identity;
    // RBAC-02
    async fn an_account_comes_back_as_it_was_written(store) {
        let world = World::new();
        let bare = User { email: None, roles: Vec::new(), ..world.user("bare") };
        for user in [world.user("lin"), bare, world.fullest_user()] {
            commit!(store, work => work.users().insert(&user).await.unwrap());
            assert_eq!(store.read().user(user.id).await.unwrap(), Some(user.clone()));
            assert_eq!(store.read().user_by_login(&user.name.key()).await.unwrap(), Some(user.clone()));
            if let Some(email) = &user.email {
                assert_eq!(store.read().user_by_login(&email.key()).await.unwrap(), Some(user.clone()));
            }
        }
        assert_eq!(store.read().user_count().await.unwrap(), 3);
        assert_eq!(store.read().user(world.id()).await.unwrap(), None);
        assert_eq!(store.read().user_by_login("nobody").await.unwrap(), None);
    }

    // AUTH-07
    async fn a_name_and_an_address_belong_to_one_account(store) {
        let world = World::new();
        let first = world.user("Lin");
        commit!(store, work => work.users().insert(&first).await.unwrap());
        let same_name = User { name: UserName::parse("LIN").unwrap(), email: None, ..world.user("x-x") };
        let error = drop_after!(store, work => work.users().insert(&same_name).await.unwrap_err());
        assert!(error.is_conflict(Constraint::UserName), "{error:?}");
        let same_email = User { email: Some(Email::parse("LIN@example.org").unwrap()), ..world.user("other") };
        let error = drop_after!(store, work => work.users().insert(&same_email).await.unwrap_err());
        assert!(error.is_conflict(Constraint::Email), "{error:?}");

        // No address is nobody's address.
        for name in ["one", "two"] {
            let user = User { email: None, ..world.user(name) };
            commit!(store, work => work.users().insert(&user).await.unwrap());
        }
        // Nor are letters of another kind the same letters, whatever a collation says.
        for name in ["lín", "strasse", "straße"] {
            let user = User { name: UserName::parse(name).unwrap(), email: None, ..world.user("x-x") };
            commit!(store, work => work.users().insert(&user).await.unwrap());
            assert_eq!(store.read().user_by_login(&user.name.key()).await.unwrap().unwrap().id, user.id);
        }
    }

    async fn an_account_is_changed_only_as_it_was_seen(store) {
        let world = World::new();
        let user = world.user("lin");
        let other = world.user("mo-mo");
        commit!(store, work => {
            work.users().insert(&user).await.unwrap();
            work.users().insert(&other).await.unwrap();
        });
        let changed = User {
            id: user.id,
            created_at: user.created_at,
            last_login_at: user.last_login_at,
            updated_at: world.later(Duration::from_secs(1)),
            ..world.fullest_user()
        };
        assert!(commit!(store, work => work.users().update(&changed, user.updated_at).await.unwrap()));
        assert_eq!(store.read().user(user.id).await.unwrap(), Some(changed.clone()));
        assert!(!commit!(store, work => work.users().update(&user, user.updated_at).await.unwrap()));
        assert_eq!(store.read().user(user.id).await.unwrap(), Some(changed.clone()));
        assert!(!commit!(store, work => work.users().update(&world.user("new"), user.updated_at).await.unwrap()));

        let thief = User { name: other.name.clone(), ..changed.clone() };
        let error = drop_after!(store, work => work.users().update(&thief, changed.updated_at).await.unwrap_err());
        assert!(error.is_conflict(Constraint::UserName), "{error:?}");
    }

    // AUTH-01
    async fn a_sign_in_is_noted_only_for_an_account_that_may_act(store) {
        let world = World::new();
        let active = world.user("lin");
        let disabled = User { status: UserStatus::Disabled, ..world.user("mo-mo") };
        commit!(store, work => {
            work.users().insert(&active).await.unwrap();
            work.users().insert(&disabled).await.unwrap();
        });
        let now = world.later(Duration::from_secs(1));
        let note = async |user: &User, password_changed_at| {
            commit!(store, work => work.users().note_login(user.id, password_changed_at, now).await.unwrap())
        };
        assert!(note(&active, active.password_changed_at).await);
        let signed_in = User { last_login_at: Some(now), ..active.clone() };
        assert_eq!(store.read().user(active.id).await.unwrap(), Some(signed_in));
        assert!(!note(&active, active.password_changed_at.minus(Duration::from_secs(1))).await, "the password was changed");
        assert!(!note(&disabled, disabled.password_changed_at).await);
        assert!(!note(&world.user("new"), now).await);
    }

    // AUTH-04
    async fn a_hash_is_upgraded_once(store) {
        let world = World::new();
        let user = world.user("lin");
        commit!(store, work => work.users().insert(&user).await.unwrap());
        let upgrade = async |old: &str| commit!(store, work => work.users().upgrade_hash(user.id, old, "new").await.unwrap());
        assert!(upgrade(user.password_hash.expose()).await);
        assert!(!upgrade(user.password_hash.expose()).await);
        let upgraded = User { password_hash: Secret::new("new".to_owned()), ..user.clone() };
        assert_eq!(store.read().user(user.id).await.unwrap(), Some(upgraded));
    }

    // RBAC-02
    async fn two_super_admins_cannot_each_resign_relying_on_the_other(store) {
        let world = World::new();
        let admin = |name: &str| User { roles: vec![RoleName::super_admin()], ..world.user(name) };
        let admins = [admin("one"), admin("two")];
        let disabled = User { status: UserStatus::Disabled, ..admin("three") };
        commit!(store, work => {
            for user in admins.iter().chain([&disabled, &world.user("four")]) {
                work.users().insert(user).await.unwrap();
            }
        });
        let store = Arc::new(store);
        let later = world.later(Duration::from_secs(1));
        let resignations = admins.map(|admin| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut work = store.begin().await.unwrap();
                if work.users().other_super_admins(admin.id).await? == 0 {
                    return Ok(false);
                }
                let resigned = User { roles: vec![RoleName::user()], updated_at: later, ..admin.clone() };
                let won = work.users().update(&resigned, admin.updated_at).await?;
                work.commit().await.map(|()| won)
            })
        });
        let mut resigned = 0;
        for resignation in resignations {
            // Breaking off a transaction that waits for the other is allowed.
            resigned += u32::from(resignation.await.unwrap().unwrap_or(false));
        }
        let left = drop_after!(store, work => work.users().other_super_admins(world.id()).await.unwrap());
        assert_eq!((resigned + u32::try_from(left).unwrap(), left >= 1), (2, true));
    }
}
