use cardkey_domain::{Permission, RoleName, Text};
use cardkey_identity::RoleDraft;
use cardkey_identity::model::PermissionSet;

use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;

/// What a role is to be, from the fields that making and changing have in common.
pub(super) fn draft(name: &str, description: Option<&str>, permissions: &[String]) -> Result<RoleDraft, Problem> {
    let mut faults = Faults::default();
    let name = faults.take("name", RoleName::parse(name));
    let description = faults.take("description", Text::parse_optional(description));
    let parsed = permissions.iter().enumerate().filter_map(|(index, permission)| {
        let known = permission.parse::<Permission>().map_err(|()| Fault::UnknownValue);
        faults.take(&format!("permissions[{index}]"), known)
    });
    let permissions: PermissionSet = parsed.collect();
    faults.finish(|| Some(RoleDraft { name: name?, description: description?, permissions }))
}
