use std::time::Duration;

use cardkey_domain::{Permission, RoleName};
use cardkey_events::Constraint;
use cardkey_identity::model::{CustomRole, User};

use super::super::samples::World;

contract! { Identity;
    // RBAC-01
    async fn a_role_is_made_changed_and_deleted(store) {
        let world = World::new();
        let role = world.role("support");
        let bare = CustomRole { description: None, permissions: Vec::new(), ..world.role("bare") };
        commit!(store, work => {
            work.roles().insert(&role).await.unwrap();
            work.roles().insert(&bare).await.unwrap();
        });
        let error = drop_after!(store, work => work.roles().insert(&role).await.unwrap_err());
        assert!(error.is_conflict(Constraint::RoleName), "{error:?}");
        let mut roles = store.read().roles().await.unwrap();
        roles.sort_by(|one, other| one.name.cmp(&other.name));
        assert_eq!(roles, [bare.clone(), role.clone()]);

        let later = world.later(Duration::from_secs(1));
        let changed = CustomRole { permissions: vec![Permission::AppsRead], updated_at: later, ..bare.clone() };
        assert!(commit!(store, work => work.roles().update(&changed).await.unwrap()));
        assert!(!commit!(store, work => work.roles().update(&world.role("nothing")).await.unwrap()));
        let names = [bare.name.clone(), RoleName::user(), world.role("nothing").name];
        let held = drop_after!(store, work => work.roles().hold(&names).await.unwrap());
        assert_eq!(held, [changed]);
        assert_eq!(drop_after!(store, work => work.roles().hold(&[]).await.unwrap()), []);

        assert!(commit!(store, work => work.roles().delete_unheld(&bare.name).await.unwrap()));
        assert!(!commit!(store, work => work.roles().delete_unheld(&bare.name).await.unwrap()));
        assert_eq!(store.read().roles().await.unwrap(), [role]);
    }

    // RBAC-01
    async fn a_role_that_somebody_holds_stays(store) {
        let world = World::new();
        let role = world.role("support");
        let holder = User { roles: vec![role.name.clone()], ..world.user("lin") };
        commit!(store, work => {
            work.roles().insert(&role).await.unwrap();
            work.users().insert(&holder).await.unwrap();
        });
        assert!(!commit!(store, work => work.roles().delete_unheld(&role.name).await.unwrap()));
        assert_eq!(store.read().roles().await.unwrap(), [role.clone()]);

        let without = User { roles: Vec::new(), ..holder.clone() };
        assert!(commit!(store, work => work.users().update(&without, holder.updated_at).await.unwrap()));
        assert!(commit!(store, work => work.roles().delete_unheld(&role.name).await.unwrap()));
    }
}
