use std::sync::Arc;

use cardkey_audit::{AuditRetention, AuditSealer, AuditVerification, RetentionLimits};
use cardkey_domain::Ambient;
use cardkey_persistence::Database;

use super::{DataDir, Keys};
use crate::audit_files::{AnchorFile, ArchiveFiles};
use crate::config::Settings;

/// Checkpoints outside the database.
const ANCHORS: &str = "audit-checkpoints.jsonl";

/// The folder of archives.
const ARCHIVE: &str = "audit-archive";

/// What keeps the audit log in order.
pub(crate) struct AuditKeeper {
    pub(crate) sealer: AuditSealer,
    pub(crate) retention: AuditRetention,
}

impl AuditKeeper {
    pub(crate) fn new(
        settings: &Settings,
        database: &Database,
        data_dir: &DataDir,
        keys: &Keys,
        ambient: &Ambient,
    ) -> Self {
        let store = Arc::new(database.clone());
        let anchors = Arc::new(AnchorFile::at(data_dir.file(ANCHORS)));
        let folder = Arc::new(ArchiveFiles::in_folder(data_dir.file(ARCHIVE)));
        let sealer = AuditSealer::new(store.clone(), anchors, ambient.clone(), keys.audit.clone());
        let retention = AuditRetention::new(store, folder, ambient.clone(), keys.audit.clone(), limits(settings));
        Self { sealer, retention }
    }

    /// What checks the audit log; it needs no key.
    pub(crate) fn verification(settings: &Settings, database: &Database, ambient: Ambient) -> AuditVerification {
        let data_dir = DataDir::of(settings);
        let anchors = Arc::new(AnchorFile::at(data_dir.file(ANCHORS)));
        let folder = Arc::new(ArchiveFiles::in_folder(data_dir.file(ARCHIVE)));
        AuditVerification::new(Arc::new(database.clone()), folder, anchors, ambient, limits(settings))
    }
}

fn limits(settings: &Settings) -> RetentionLimits {
    RetentionLimits { hot: settings.audit_hot, archived: settings.audit_archived }
}
