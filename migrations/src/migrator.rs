use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::{
    m20261120_000001_journal, m20261120_000002_identity, m20261120_000003_licensing, m20261120_000004_card_keys,
    m20261120_000005_bus, m20261120_000007_live, m20261120_000009_races,
};

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261120_000001_journal::Migration),
            Box::new(m20261120_000002_identity::Migration),
            Box::new(m20261120_000003_licensing::Migration),
            Box::new(m20261120_000004_card_keys::Migration),
            Box::new(m20261120_000005_bus::Migration),
            Box::new(m20261120_000007_live::Migration),
            Box::new(m20261120_000009_races::Migration),
        ]
    }
}
