//! The audit log's own jobs: its chain, and what leaves it in the night.

use cardkey_audit::{RetainError, SealError, SealTurn};
use cardkey_crypto::hex;
use cardkey_events::StoreError;

use super::Jobs;

impl Jobs {
    /// Gives new rows their places (AUD-06).
    pub(super) async fn seal_audit_log(&self) -> Result<(), StoreError> {
        self.audit.sealer.turn().await.map(|turn| tell(&turn)).map_err(of_seal)
    }

    /// Seals the last rows before the process ends, so that nothing waits for a checkpoint while it stands still.
    pub(super) async fn close_audit_log(&self) -> Result<(), StoreError> {
        self.audit.sealer.close().await.map(|turn| tell(&turn)).map_err(of_seal)
    }

    /// Moves old rows to archives, and deletes archives whose time is over (AUD-05).
    pub(super) async fn archive_audit_log(&self) -> Result<(), StoreError> {
        let done = self.audit.retention.run(&self.call("audit")).await.map_err(|error| match error {
            RetainError::Store(error) => error,
            error => StoreError::Backend(error.into()),
        })?;
        if done.rows > 0 {
            tracing::info!("Cleaned up {} old audit rows", done.rows);
        }
        if done.expired_files > 0 {
            tracing::info!("Cleaned up {} old audit archives", done.expired_files);
        }
        Ok(())
    }
}

/// The log is a place outside the database too.
fn tell(turn: &SealTurn) {
    if let Some(checkpoint) = &turn.checkpoint {
        let (seq, hash) = (checkpoint.link.seq, hex(&checkpoint.link.hash));
        tracing::info!(seq, hash, kid = checkpoint.kid, "checkpoint of the audit log");
    }
}

fn of_seal(error: SealError) -> StoreError {
    match error {
        SealError::Store(error) => error,
        error @ SealError::Anchor(_) => StoreError::Backend(error.into()),
    }
}
