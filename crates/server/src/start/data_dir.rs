use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::StartError;
use crate::config::Settings;

/// The folder of everything that is kept outside the database, and of the database itself where that is a file.
#[derive(Debug, Clone)]
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// Makes the folder where it is missing, for its owner alone, and looks whether it can be read and written.
    pub(crate) fn open(settings: &Settings) -> Result<Self, StartError> {
        let path = &settings.data_dir;
        let failed = |error| StartError::DataDir(path.clone(), error);
        if !path.exists() {
            make_private(path).map_err(failed)?;
        }
        fs::read_dir(path).map_err(failed)?;
        // Each process has its own: two that start together must not remove each other's.
        let probe = path.join(format!(".writable-{}", std::process::id()));
        fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(failed)?;
        Ok(Self(path.clone()))
    }

    /// Where the folder is, for those who only read there.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self(settings.data_dir.clone())
    }

    /// A file in the folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Where the database is: DATABASE_URL, or a file in the data folder.
pub(crate) fn database_url(settings: &Settings) -> String {
    match &settings.database_url {
        Some(url) => url.0.expose().clone(),
        None => format!("sqlite://{}", settings.data_dir.join("cardkey.db").display()),
    }
}

/// Whether the URL names a SQLite file that is not there yet.
pub(crate) fn is_new_file(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("sqlite:") else { return false };
    let path = rest.strip_prefix("//").unwrap_or(rest).split('?').next().unwrap_or_default();
    !Path::new(path).exists()
}
