use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::workspace::{Workspace, cargo};

#[test]
fn the_layers_table_is_what_the_manifests_say() {
    let workspace = Workspace::read();
    let table = &workspace.metadata["layers"];
    let allowed: BTreeMap<String, BTreeSet<String>> = serde_json::from_value(table.clone()).unwrap();
    let own = |name: &&str| name.starts_with("cardkey-");
    let actual: BTreeMap<String, BTreeSet<String>> = workspace
        .packages
        .iter()
        .map(|package| {
            (package.name.clone(), package.dependencies().into_iter().filter(own).map(str::to_owned).collect())
        })
        .collect();
    assert_eq!(actual, allowed, "[workspace.metadata.layers] and the manifests differ");
}

#[test]
fn every_crate_inherits_the_lints() {
    for package in Workspace::read().packages {
        let manifest = fs::read_to_string(&package.manifest_path).unwrap();
        let lines: Vec<&str> = manifest.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let inherits = lines.windows(2).any(|pair| pair == ["[lints]", "workspace = true"]);
        assert!(inherits, "{} does not inherit [workspace.lints]", package.name);
    }
}

#[test]
fn only_persistence_and_migrations_name_the_orm() {
    let databases = |name: &str| name.starts_with("sea-") || name.starts_with("sqlx");
    assert_eq!(
        packages_that_name(databases),
        BTreeSet::from(["cardkey-migrations", "cardkey-persistence"].map(String::from))
    );
}

#[test]
fn only_the_server_names_actix() {
    let web = |name: &str| name.starts_with("actix");
    assert_eq!(packages_that_name(web), BTreeSet::from(["cardkey-server".to_owned()]));
}

// LIC-02
#[test]
fn licensing_pulls_in_no_database_web_redis_or_runtime_crate() {
    let tree =
        cargo(&["tree", "--package", "cardkey-licensing", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(crates.contains("cardkey-domain"), "cargo tree printed no tree:\n{tree}");
    let foreign = [
        "sea-",
        "sqlx",
        "actix",
        "tokio",
        "async-std",
        "smol",
        "redis",
        "deadpool",
        "axum",
        "hyper",
        "reqwest",
        "libsqlite3",
    ];
    let found: Vec<_> = crates.iter().filter(|name| foreign.iter().any(|prefix| name.starts_with(prefix))).collect();
    assert!(found.is_empty(), "cardkey-licensing pulls in {found:?}");
}

fn packages_that_name(wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let packages = Workspace::read().packages.into_iter();
    packages.filter(|package| package.dependencies().into_iter().any(&wanted)).map(|package| package.name).collect()
}
