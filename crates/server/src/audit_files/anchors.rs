use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use cardkey_audit::{Anchor, AnchorLog};

/// Checkpoints in a file, a line each.
#[derive(Debug, Clone)]
pub(crate) struct AnchorFile(PathBuf);

impl AnchorFile {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self(path)
    }
}

#[async_trait]
impl AnchorLog for AnchorFile {
    async fn append(&self, anchor: &Anchor) -> io::Result<()> {
        let (path, line) = (self.0.clone(), anchor.to_line());
        tokio::task::spawn_blocking(move || append(&path, &line)).await.map_err(io::Error::other)?
    }

    async fn all(&self) -> io::Result<Vec<Result<Anchor, String>>> {
        let path = self.0.clone();
        tokio::task::spawn_blocking(move || read(&path)).await.map_err(io::Error::other)?
    }
}

fn append(path: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    drop_torn_line(&mut file)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_data()
}

/// A line without an end was never told to be durable: the process ended while it was written.
fn drop_torn_line(file: &mut File) -> io::Result<()> {
    /// Longer than any line.
    const TAIL: u64 = 4_096;
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    if tail.last().is_none_or(|last| *last == b'\n') {
        return Ok(());
    }
    let kept = tail.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end as u64 + 1);
    file.set_len(start + kept)
}

fn read(path: &Path) -> io::Result<Vec<Result<Anchor, String>>> {
    let mut text = match std::fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
    Ok(text.lines().map(|line| Anchor::parse(line).ok_or_else(|| line.to_owned())).collect())
}
