use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(crate::m20261120_000001_journal::Migration),
            Box::new(crate::m20261120_000002_identity::Migration),
            Box::new(crate::m20261120_000003_licensing::Migration),
            Box::new(crate::m20261120_000004_card_keys::Migration),
            Box::new(crate::m20261120_000005_bus::Migration),
            Box::new(crate::m20261120_000006_announce::Migration),
            Box::new(crate::m20261120_000007_live::Migration),
            Box::new(crate::m20261120_000009_races::Migration),
            Box::new(crate::m20261126_000012_reminders::Migration),
            Box::new(crate::m20261126_000013_audit::Migration),
        ]
    }
}
