use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use cardkey_audit::{ArchiveFolder, ArchiveReader, ArchiveWriter};
use ring::digest::{Context, SHA256};

/// How hard zstd tries, of 22.
const EFFORT: i32 = 6;

/// Lines that are read at once.
const LINES: usize = 1_000;

/// What a file is called while it is written.
const UNFINISHED: &str = ".tmp";

type Encoder = zstd::Encoder<'static, File>;
type Decoder = zstd::Decoder<'static, BufReader<File>>;

/// Archives: JSON Lines, compressed by zstd, in a folder.
#[derive(Debug, Clone)]
pub(crate) struct ArchiveFiles(PathBuf);

impl ArchiveFiles {
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// A file of the folder. Names come from the database, where somebody may have put anything.
    fn path(&self, name: &str) -> io::Result<PathBuf> {
        let is_plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
        is_plain.then(|| self.0.join(name)).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

#[async_trait]
impl ArchiveFolder for ArchiveFiles {
    async fn create(&self, name: &str) -> io::Result<Box<dyn ArchiveWriter>> {
        let (folder, path) = (self.0.clone(), self.path(name)?);
        let unfinished = self.path(&format!("{name}{UNFINISHED}"))?;
        blocking(move || {
            fs::create_dir_all(&folder)?;
            let mut encoder = zstd::Encoder::new(File::create(&unfinished)?, EFFORT)?;
            encoder.include_checksum(true)?;
            let writer = Writer { encoder: Some(encoder), folder, path, unfinished };
            Ok(Box::new(writer) as Box<dyn ArchiveWriter>)
        })
        .await
    }

    async fn open(&self, name: &str) -> io::Result<Box<dyn ArchiveReader>> {
        let path = self.path(name)?;
        blocking(move || {
            let decoder = zstd::Decoder::new(File::open(path)?)?;
            Ok(Box::new(Reader(Some(BufReader::new(decoder)))) as Box<dyn ArchiveReader>)
        })
        .await
    }

    async fn digest(&self, name: &str) -> io::Result<[u8; 32]> {
        let path = self.path(name)?;
        blocking(move || digest(&path)).await
    }

    async fn names(&self) -> io::Result<Vec<String>> {
        let folder = self.0.clone();
        blocking(move || {
            let entries = match fs::read_dir(folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
            entries.map(name).collect()
        })
        .await
    }

    async fn remove(&self, name: &str) -> io::Result<()> {
        let path = self.path(name)?;
        blocking(move || match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        })
        .await
    }
}

struct Writer {
    /// Away while a thread writes with it; gone after a failure.
    encoder: Option<Encoder>,
    folder: PathBuf,
    path: PathBuf,
    unfinished: PathBuf,
}

#[async_trait]
impl ArchiveWriter for Writer {
    async fn write(&mut self, lines: String) -> io::Result<()> {
        let mut encoder = self.encoder.take().ok_or_else(failed_before)?;
        let encoder = blocking(move || io::Write::write_all(&mut encoder, lines.as_bytes()).map(|()| encoder)).await?;
        self.encoder = Some(encoder);
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> io::Result<[u8; 32]> {
        let encoder = self.encoder.take().ok_or_else(failed_before)?;
        blocking(move || {
            encoder.finish()?.sync_all()?;
            fs::rename(&self.unfinished, &self.path)?;
            File::open(&self.folder)?.sync_all()?;
            digest(&self.path)
        })
        .await
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // After the end there is none of this name.
        let _gone = fs::remove_file(&self.unfinished);
    }
}

/// Away while a thread reads with it; gone after a failure.
struct Reader(Option<BufReader<Decoder>>);

#[async_trait]
impl ArchiveReader for Reader {
    async fn read(&mut self) -> io::Result<Vec<String>> {
        let mut decoder = self.0.take().ok_or_else(failed_before)?;
        let (lines, decoder) = blocking(move || {
            let lines = decoder.by_ref().lines().take(LINES).collect::<io::Result<Vec<_>>>()?;
            Ok((lines, decoder))
        })
        .await?;
        self.0 = Some(decoder);
        Ok(lines)
    }
}

fn digest(path: &Path) -> io::Result<[u8; 32]> {
    let (mut file, mut context, mut piece) = (File::open(path)?, Context::new(&SHA256), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            length => context.update(&piece[..length]),
        }
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    Ok(hash)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn failed_before() -> io::Error {
    io::Error::other("it failed before")
}
