use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cardkey_crypto::sha256;

use super::lock;
use crate::{Anchor, AnchorLog, ArchiveFolder, ArchiveReader, ArchiveWriter};

/// A folder of archives that are texts.
#[derive(Debug, Clone, Default)]
pub struct MemoryFolder {
    files: Arc<Mutex<BTreeMap<String, String>>>,
}

impl MemoryFolder {
    /// Looks at every file, or changes them.
    pub fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<String, String>) -> T) -> T {
        change(&mut lock(&self.files))
    }

    fn read(&self, name: &str) -> io::Result<String> {
        self.with(|files| files.get(name).cloned()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

#[async_trait]
impl ArchiveFolder for MemoryFolder {
    async fn create(&self, name: &str) -> io::Result<Box<dyn ArchiveWriter>> {
        Ok(Box::new(Writing { folder: self.clone(), name: name.to_owned(), text: String::new() }))
    }

    async fn open(&self, name: &str) -> io::Result<Box<dyn ArchiveReader>> {
        let text = self.read(name)?;
        Ok(Box::new(Reading(text.lines().map(str::to_owned).collect())))
    }

    async fn digest(&self, name: &str) -> io::Result<[u8; 32]> {
        Ok(sha256(self.read(name)?.as_bytes()))
    }

    async fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.with(|files| files.keys().cloned().collect()))
    }

    async fn remove(&self, name: &str) -> io::Result<()> {
        self.with(|files| files.remove(name));
        Ok(())
    }
}

struct Writing {
    folder: MemoryFolder,
    name: String,
    text: String,
}

#[async_trait]
impl ArchiveWriter for Writing {
    async fn write(&mut self, lines: String) -> io::Result<()> {
        self.text.push_str(&lines);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> io::Result<[u8; 32]> {
        let digest = sha256(self.text.as_bytes());
        self.folder.with(|files| files.insert(self.name.clone(), self.text.clone()));
        Ok(digest)
    }
}

struct Reading(Vec<String>);

#[async_trait]
impl ArchiveReader for Reading {
    async fn read(&mut self) -> io::Result<Vec<String>> {
        Ok(std::mem::take(&mut self.0))
    }
}

/// Checkpoints outside the database, in a list of lines.
#[derive(Debug, Clone, Default)]
pub struct MemoryAnchors {
    lines: Arc<Mutex<Vec<String>>>,
}

impl MemoryAnchors {
    /// Looks at every line, or changes them.
    pub fn with<T>(&self, change: impl FnOnce(&mut Vec<String>) -> T) -> T {
        change(&mut lock(&self.lines))
    }
}

#[async_trait]
impl AnchorLog for MemoryAnchors {
    async fn append(&self, anchor: &Anchor) -> io::Result<()> {
        self.with(|lines| lines.push(anchor.to_line()));
        Ok(())
    }

    async fn all(&self) -> io::Result<Vec<Result<Anchor, String>>> {
        let read = |line: &String| Anchor::parse(line).ok_or_else(|| line.clone());
        Ok(self.with(|lines| lines.iter().map(read).collect()))
    }
}
