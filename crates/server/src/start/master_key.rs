use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cardkey_crypto::MasterKey;
use cardkey_domain::Entropy;

use super::{DataDir, StartError};
use crate::config::{AppEnv, Settings};

/// The name of the key file that development makes for itself.
const OWN_KEY_FILE: &str = "encryption.key";

/// Where the master key comes from.
#[derive(Debug)]
pub(crate) enum KeySource {
    /// It was given, or stood in a file.
    Given(MasterKey),
    /// There is none yet: development will make one, in this file.
    ToBeMade(PathBuf),
}

impl KeySource {
    /// Whether production has what it needs, before anything at all is touched.
    pub(crate) fn check(settings: &Settings) -> Result<(), StartError> {
        let is_given = settings.encryption_key.is_some() || settings.encryption_key_file.is_some();
        if is_given || settings.app_env == AppEnv::Development { Ok(()) } else { Err(StartError::NoKey) }
    }

    /// Finds the key.
    pub(crate) fn find(settings: &Settings, data_dir: &DataDir) -> Result<Self, StartError> {
        Self::check(settings)?;
        if let Some(key) = &settings.encryption_key {
            return Ok(Self::Given(key.clone()));
        }
        if let Some(path) = &settings.encryption_key_file {
            return read(path).map(Self::Given);
        }
        let path = data_dir.file(OWN_KEY_FILE);
        if path.exists() { read(&path).map(Self::Given) } else { Ok(Self::ToBeMade(path)) }
    }

    /// The key; a new one is made and kept before it is used. `database_is_sealed` tells that some key was used already.
    pub(crate) fn into_key(self, database_is_sealed: bool, entropy: &dyn Entropy) -> Result<MasterKey, StartError> {
        match self {
            Self::Given(key) => Ok(key),
            Self::ToBeMade(path) if database_is_sealed => Err(StartError::LostKey(path)),
            Self::ToBeMade(path) => {
                let key = MasterKey::generate(entropy);
                write(&path, &key).map_err(|error| StartError::KeyFile(path, error))?;
                Ok(key)
            }
        }
    }
}

fn read(path: &Path) -> Result<MasterKey, StartError> {
    let text = fs::read_to_string(path).map_err(|error| StartError::KeyFile(path.to_owned(), error))?;
    MasterKey::parse(&text).map_err(|invalid| StartError::MalformedKeyFile(path.to_owned(), invalid))
}

/// Writes the key for its owner alone, and waits until it is on the disk: what is sealed under a key that is lost is lost.
fn write(path: &Path, key: &MasterKey) -> io::Result<()> {
    let mut file = private_file(path)?;
    writeln!(file, "{}", key.to_text().expose())?;
    file.sync_all()?;
    match path.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create_new(true).open(path)
}
