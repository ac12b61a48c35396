use cardkey_domain::{PageRequest, RoleName, UserId};
use cardkey_identity::UserFilter;
use cardkey_identity::model::{User, UserStatus};

use super::super::samples::World;

contract! { Identity;
    // RBAC-02
    async fn accounts_are_found_by_beginning_status_and_role(store) {
        let world = World::new();
        let operator = RoleName::parse("operator").unwrap();
        let anna = User { roles: vec![operator.clone(), RoleName::user()], ..world.user("Anna") };
        let annika = User { status: UserStatus::Disabled, ..world.user("annika") };
        let under_score = world.user("an_a");
        let quiet = User { email: None, ..world.user("zoe") };
        commit!(store, work => {
            for user in [&anna, &annika, &under_score, &quiet] {
                work.users().insert(user).await.unwrap();
            }
        });
        let found = async |filter: UserFilter| {
            let page = store.read().users(&filter, PageRequest::first()).await.unwrap();
            assert_eq!(page.total, page.items.len() as u64, "{filter:?}");
            page.items.into_iter().map(|user| user.id).collect::<Vec<UserId>>()
        };
        let q = |q: &str| UserFilter { q: Some(q.to_owned()), ..Default::default() };
        assert_eq!(found(UserFilter::default()).await, [quiet.id, under_score.id, annika.id, anna.id]);
        assert_eq!(found(q("ANN")).await, [annika.id, anna.id]);
        assert_eq!(found(q("anna@ex")).await, [anna.id]);
        assert_eq!(found(q("an_")).await, [under_score.id]);
        assert_eq!(found(q("%")).await, []);
        assert_eq!(found(q("nna")).await, []);
        let disabled = UserFilter { status: Some(UserStatus::Disabled), ..Default::default() };
        assert_eq!(found(disabled.clone()).await, [annika.id]);
        assert_eq!(found(UserFilter { role: Some(operator), ..Default::default() }).await, [anna.id]);
        assert_eq!(found(UserFilter { role: Some(RoleName::user()), ..disabled }).await, [annika.id]);
        assert_eq!(found(UserFilter { role: Some(RoleName::super_admin()), ..Default::default() }).await, []);
    }

    async fn pages_of_accounts_follow_one_another(store) {
        let world = World::new();
        let users: Vec<User> = (0..5).map(|number| world.user(&format!("user-{number}"))).collect();
        commit!(store, work => {
            for user in &users {
                work.users().insert(user).await.unwrap();
            }
        });
        let first = store.read().users(&UserFilter::default(), PageRequest::of(2)).await.unwrap();
        assert_eq!((&first.items[..], first.total), (&[users[4].clone(), users[3].clone()][..], 5));
        let request = PageRequest::of(2).after(first.next.unwrap());
        let second = store.read().users(&UserFilter::default(), request).await.unwrap();
        assert_eq!(second.items, [users[2].clone(), users[1].clone()]);
        let last = store.read().users(&UserFilter::default(), PageRequest::parse(Some(3), Some(2), None).unwrap()).await.unwrap();
        assert_eq!((&last.items[..], last.next), (&users[..1], None));
    }
}
