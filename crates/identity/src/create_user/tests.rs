use cardkey_domain::Permission;
use futures::executor::block_on;

use super::*;
use crate::RoleDraft;
use crate::testing::{World, call, new_user, password};

fn create(world: &World, held: PermissionSet, new: NewUser) -> Result<Account, CreateUserError> {
    block_on(world.identity.create_user(&call(), held, new))
}

fn permissions_of(role: &str) -> PermissionSet {
    RoleName::parse(role).unwrap().built_in_permissions().unwrap().into_iter().collect()
}

#[test]
fn an_account_may_sign_in_at_once() {
    // RBAC-02
    let world = World::new();
    let account = create(&world, PermissionSet::all(), new_user("alice", &["user", "auditor", "user"])).unwrap();
    assert_eq!(account.roles.iter().map(RoleName::as_str).collect::<Vec<_>>(), ["auditor", "user"]);
    assert!(!account.must_change_password);
    world.sign_in("alice", None);
    assert!(world.happenings().contains(&Happening::UserRegister { user_id: account.id }));
}

#[test]
fn names_and_addresses_are_taken_once_whatever_their_case() {
    // AUTH-07, RBAC-02
    let world = World::new();
    world.user("alice", &["user"]);
    let outcome = create(&world, PermissionSet::all(), new_user("ALICE", &["user"]));
    assert!(matches!(outcome, Err(CreateUserError::NameTaken)));
    let new = NewUser { email: Some(Email::parse("ALICE@EXAMPLE.COM").unwrap()), ..new_user("bob", &["user"]) };
    assert!(matches!(create(&world, PermissionSet::all(), new), Err(CreateUserError::EmailTaken)));
    let none = |name| NewUser { email: None, ..new_user(name, &["user"]) };
    create(&world, PermissionSet::all(), none("carol")).unwrap();
    create(&world, PermissionSet::all(), none("dave")).unwrap();
}

#[test]
fn a_password_must_obey_the_policy() {
    // AUTH-03
    let world = World::new();
    let with = |text| NewUser { password: NewPassword::Typed(password(text)), ..new_user("alice", &["user"]) };
    assert!(matches!(create(&world, PermissionSet::all(), with("password")), Err(CreateUserError::Weak(_))));
    assert!(matches!(create(&world, PermissionSet::all(), with("Alice@1234")), Err(CreateUserError::Weak(_))));
    create(&world, PermissionSet::all(), with("密码-Correct-1")).unwrap();
}

#[test]
fn only_plain_bcrypt_is_imported() {
    // AUTH-04
    let world = World::new();
    let with = |hash: &str| NewUser {
        password: NewPassword::Imported(Secret::new(hash.to_owned())),
        ..new_user("alice", &["user"])
    };
    for hash in ["", "admin", "$1$abc$def", "$2b$31$abcdefghijklmnopqrstuu5Lz0D1bVYfPDmNVyP5p0iGHkVHSjQyO"] {
        let outcome = create(&world, PermissionSet::all(), with(hash));
        assert!(matches!(outcome, Err(CreateUserError::HashNotImportable)), "{hash}");
    }
    create(&world, PermissionSet::all(), with("$2y$10$abcdefghijklmnopqrstuu5Lz0D1bVYfPDmNVyP5p0iGHkVHSjQyO")).unwrap();
}

#[test]
fn nobody_grants_what_they_do_not_hold() {
    // RBAC-01, RBAC-02
    let world = World::new();
    let admin = permissions_of("admin");
    for (role, allowed) in
        [("super_admin", false), ("admin", true), ("operator", true), ("auditor", true), ("user", true)]
    {
        let outcome = create(&world, admin, new_user(&format!("by-admin-{role}"), &[role]));
        assert_eq!(outcome.is_ok(), allowed, "{role}");
    }
    let draft = RoleDraft {
        name: RoleName::parse("rotator").unwrap(),
        description: None,
        permissions: [Permission::SystemRotateKeys].into_iter().collect(),
    };
    block_on(world.identity.create_role(&call(), PermissionSet::all(), draft)).unwrap();
    let outcome = create(&world, admin, new_user("eve", &["rotator"]));
    assert!(matches!(outcome, Err(CreateUserError::GrantsTooMuch)));
    let outcome = create(&world, PermissionSet::all(), new_user("eve", &["no_such_role"]));
    assert!(matches!(outcome, Err(CreateUserError::UnknownRole(role)) if role.as_str() == "no_such_role"));
}
