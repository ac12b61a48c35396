//! What the audit log keeps outside the database: checkpoints in a file that only grows, and archives in a folder.

mod anchors;
mod archive;

pub(crate) use anchors::AnchorFile;
pub(crate) use archive::ArchiveFiles;

#[cfg(test)]
mod tests;
