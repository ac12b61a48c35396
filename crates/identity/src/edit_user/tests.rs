use futures::executor::block_on;
use futures::future::join_all;

use super::*;
use crate::testing::{World, call};
use crate::{NotSignedIn, Reader};

fn edit(world: &World, held: PermissionSet, id: UserId, edit: EditUser) -> Result<Account, EditUserError> {
    block_on(world.identity.edit_user(&call(), held, id, edit))
}

fn roles(names: &[&str]) -> EditUser {
    let roles = names.iter().map(|name| RoleName::parse(name).unwrap()).collect();
    EditUser { roles: Some(roles), ..EditUser::default() }
}

fn status(status: UserStatus) -> EditUser {
    EditUser { status: Some(status), ..EditUser::default() }
}

fn permissions_of(role: &str) -> PermissionSet {
    RoleName::parse(role).unwrap().built_in_permissions().unwrap().into_iter().collect()
}

#[test]
fn what_is_not_named_stays() {
    // RBAC-02
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let change = EditUser { email: Some(None), ..EditUser::default() };
    let changed = edit(&world, PermissionSet::all(), alice.id, change).unwrap();
    assert_eq!((changed.email, changed.name, changed.roles), (None, alice.name, alice.roles));
    let row = world.store.audit_rows().pop().unwrap();
    assert_eq!(row.details["changes"], serde_json::json!({"email": ["alice@example.com", null]}));
    let nobody = edit(&world, PermissionSet::all(), world.identity.ambient.id(), EditUser::default());
    assert!(matches!(nobody, Err(EditUserError::NotFound)));
}

#[test]
fn a_taken_name_or_address_is_refused() {
    // RBAC-02
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    world.user("bob", &["user"]);
    let name = EditUser { name: Some(UserName::parse("BOB").unwrap()), ..EditUser::default() };
    assert!(matches!(edit(&world, PermissionSet::all(), alice.id, name), Err(EditUserError::NameTaken)));
    let email = EditUser { email: Some(Some(Email::parse("Bob@example.com").unwrap())), ..EditUser::default() };
    assert!(matches!(edit(&world, PermissionSet::all(), alice.id, email), Err(EditUserError::EmailTaken)));
    let own = EditUser { name: Some(UserName::parse("ALICE").unwrap()), ..EditUser::default() };
    edit(&world, PermissionSet::all(), alice.id, own).unwrap();
}

#[test]
fn disabling_ends_every_session_and_enabling_allows_new_ones() {
    // RBAC-02
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    world.enter(&grant);
    edit(&world, PermissionSet::all(), alice.id, status(UserStatus::Disabled)).unwrap();
    let refused = world.try_enter(&grant).unwrap_err();
    assert!(matches!(refused, NotSignedIn::SessionEnded { reason: Some(EndReason::AccountDisabled) }));
    assert_eq!(world.store.denied_tokens(), 2);
    edit(&world, PermissionSet::all(), alice.id, status(UserStatus::Active)).unwrap();
    assert!(world.try_enter(&grant).is_err(), "what ended stays ended");
    world.sign_in("alice", None);
}

#[test]
fn roles_are_felt_at_once() {
    // RBAC-01, RBAC-02
    use cardkey_domain::Permission;
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    assert!(world.enter(&grant).may(Permission::UsersRead).is_err());
    edit(&world, PermissionSet::all(), alice.id, roles(&["admin"])).unwrap();
    assert!(world.enter(&grant).may(Permission::UsersRead).is_ok());
    edit(&world, PermissionSet::all(), alice.id, roles(&[])).unwrap();
    assert!(world.enter(&grant).may(Permission::UsersRead).is_err());
}

#[test]
fn nobody_gives_takes_or_touches_more_than_they_hold() {
    // RBAC-02
    let world = World::new();
    let root = world.user("root", &["super_admin"]);
    world.user("other-root", &["super_admin"]);
    let alice = world.user("alice", &["user"]);
    let admin = permissions_of("admin");
    for (id, change) in [
        (alice.id, roles(&["super_admin"])),
        (root.id, roles(&["user"])),
        (root.id, status(UserStatus::Disabled)),
        (root.id, EditUser { email: Some(None), ..EditUser::default() }),
    ] {
        assert!(matches!(edit(&world, admin, id, change), Err(EditUserError::GrantsTooMuch)));
    }
    edit(&world, admin, alice.id, roles(&["operator"])).unwrap();
    let unknown = edit(&world, PermissionSet::all(), alice.id, roles(&["no_such_role"]));
    assert!(matches!(unknown, Err(EditUserError::UnknownRole(_))));
}

#[test]
fn the_last_super_administrator_stays() {
    // RBAC-02
    let world = World::new();
    let root = world.user("root", &["super_admin"]);
    for change in [roles(&["admin"]), status(UserStatus::Disabled)] {
        let outcome = edit(&world, PermissionSet::all(), root.id, change);
        assert!(matches!(outcome, Err(EditUserError::LastSuperAdmin)));
    }
    let other = world.user("other", &["super_admin"]);
    edit(&world, PermissionSet::all(), other.id, status(UserStatus::Disabled)).unwrap();
    let outcome = edit(&world, PermissionSet::all(), root.id, roles(&[]));
    assert!(matches!(outcome, Err(EditUserError::LastSuperAdmin)), "a disabled one does not count");
    edit(&world, PermissionSet::all(), other.id, roles(&[])).unwrap();
    let renamed = EditUser { name: Some(UserName::parse("chief").unwrap()), ..EditUser::default() };
    edit(&world, PermissionSet::all(), root.id, renamed).unwrap();
}

#[test]
fn two_super_administrators_cannot_remove_each_other_at_once() {
    // RBAC-02
    let world = World::new();
    let ids = ["one", "two", "three"].map(|name| world.user(name, &["super_admin"]).id);
    let call = call();
    let removals = ids.map(|id| world.identity.edit_user(&call, PermissionSet::all(), id, roles(&["user"])));
    let outcomes = block_on(join_all(removals));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2);
    let users = ids.map(|id| block_on(Reader::user(world.store.as_ref(), id)).unwrap().unwrap());
    assert_eq!(users.iter().filter(|user| user.is_acting_super_admin()).count(), 1);
}

#[test]
fn changes_at_once_are_all_made() {
    // RBAC-02
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let call = call();
    let name = EditUser { name: Some(UserName::parse("alicia").unwrap()), ..EditUser::default() };
    let changes = [name, roles(&["auditor"]), EditUser { email: Some(None), ..EditUser::default() }];
    let edits = changes.map(|change| world.identity.edit_user(&call, PermissionSet::all(), alice.id, change));
    assert!(block_on(join_all(edits)).iter().all(Result::is_ok));
    let user = world.stored_user(alice.id);
    assert_eq!((user.name.as_str(), user.email, user.roles[0].as_str()), ("alicia", None, "auditor"));
}
