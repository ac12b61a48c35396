use futures::executor::block_on;

use super::*;
use crate::testing::{World, call, new_user};

fn draft(name: &str, permissions: &[Permission]) -> RoleDraft {
    let description = Some(Text::parse("for tests").unwrap());
    let permissions = permissions.iter().copied().collect();
    RoleDraft { name: RoleName::parse(name).unwrap(), description, permissions }
}

fn create(world: &World, draft: RoleDraft) -> Result<Role, RoleError> {
    block_on(world.identity.create_role(&call(), PermissionSet::all(), draft))
}

#[test]
fn a_custom_role_gives_its_permissions_and_a_change_is_felt_at_once() {
    // RBAC-01
    let world = World::new();
    create(&world, draft("seller", &[Permission::CardKeysGenerate])).unwrap();
    block_on(world.identity.create_user(&call(), PermissionSet::all(), new_user("alice", &["seller"]))).unwrap();
    let grant = world.sign_in("alice", None);
    assert!(world.enter(&grant).may(Permission::CardKeysGenerate).is_ok());
    assert!(world.enter(&grant).may(Permission::CardKeysRead).is_err());
    let changed = draft("seller", &[Permission::CardKeysRead]);
    block_on(world.identity.change_role(&call(), PermissionSet::all(), changed)).unwrap();
    assert!(world.enter(&grant).may(Permission::CardKeysGenerate).is_err());
    assert!(world.enter(&grant).may(Permission::CardKeysRead).is_ok());
}

#[test]
fn roles_are_listed_with_what_they_may() {
    // RBAC-01
    let world = World::new();
    create(&world, draft("seller", &[Permission::CardKeysGenerate, Permission::AppsRead])).unwrap();
    let roles = block_on(world.identity.roles()).unwrap();
    let names: Vec<_> = roles.iter().map(|role| role.name.as_str()).collect();
    assert_eq!(names, ["super_admin", "admin", "operator", "auditor", "agent", "user", "seller"]);
    assert_eq!(roles[0].permissions.len(), Permission::ALL.len());
    assert_eq!(roles[6].permissions, ["apps:read", "card_keys:generate"]);
    assert!(roles[5].built_in && !roles[6].built_in);
}

#[test]
fn built_in_roles_and_taken_names_are_refused() {
    // RBAC-01
    let world = World::new();
    assert!(matches!(create(&world, draft("admin", &[])), Err(RoleError::BuiltIn)));
    let changed = block_on(world.identity.change_role(&call(), PermissionSet::all(), draft("user", &[])));
    assert!(matches!(changed, Err(RoleError::BuiltIn)));
    let deleted = block_on(world.identity.delete_role(&call(), &RoleName::super_admin()));
    assert!(matches!(deleted, Err(RoleError::BuiltIn)));
    create(&world, draft("seller", &[])).unwrap();
    assert!(matches!(create(&world, draft("seller", &[])), Err(RoleError::NameTaken)));
}

#[test]
fn nobody_makes_a_role_that_may_more_than_they() {
    // RBAC-01
    let world = World::new();
    let held: PermissionSet = [Permission::RolesWrite, Permission::AppsRead].into_iter().collect();
    let made = block_on(world.identity.create_role(&call(), held, draft("seller", &[Permission::AuditRead])));
    assert!(matches!(made, Err(RoleError::GrantsTooMuch)));
    create(&world, draft("seller", &[Permission::AuditRead])).unwrap();
    let more = draft("seller", &[Permission::AuditRead, Permission::UsersWrite]);
    let changed = block_on(world.identity.change_role(&call(), held, more));
    assert!(matches!(changed, Err(RoleError::GrantsTooMuch)));
    let other = draft("seller", &[Permission::AuditRead, Permission::AppsRead]);
    block_on(world.identity.change_role(&call(), held, other)).unwrap();
}

#[test]
fn a_role_that_somebody_holds_is_not_deleted() {
    // RBAC-01
    let world = World::new();
    let seller = RoleName::parse("seller").unwrap();
    create(&world, draft("seller", &[])).unwrap();
    let alice = world.user("alice", &["seller"]);
    assert!(matches!(block_on(world.identity.delete_role(&call(), &seller)), Err(RoleError::Held)));
    let edit = crate::EditUser { roles: Some(vec![]), ..Default::default() };
    block_on(world.identity.edit_user(&call(), PermissionSet::all(), alice.id, edit)).unwrap();
    block_on(world.identity.delete_role(&call(), &seller)).unwrap();
    assert!(matches!(block_on(world.identity.delete_role(&call(), &seller)), Err(RoleError::NotFound)));
    let gone = block_on(world.identity.change_role(&call(), PermissionSet::all(), draft("seller", &[])));
    assert!(matches!(gone, Err(RoleError::NotFound)));
}
