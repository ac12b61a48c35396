use std::error::Error;
use std::io;
use std::path::PathBuf;

use cardkey_crypto::InvalidMasterKey;
use cardkey_domain::PasswordRule;
use cardkey_events::StoreError;
use cardkey_identity::BootstrapError;
use cardkey_persistence::{ConnectError, MigrateError};

use crate::config::{InvalidSetting, UnreadableFile};
use crate::logging::LogError;

/// Why the process does not start. One line each, for the one who set it up; none repeats a secret.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// `.env` cannot be read.
    #[error(transparent)]
    File(#[from] UnreadableFile),
    /// A setting is malformed.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// HS256 without its key.
    #[error("JWT_SECRET_KEY is needed where JWT_ALGORITHM is HS256")]
    NoTokenSecret,
    /// Production without a key.
    #[error("ENCRYPTION_KEY or ENCRYPTION_KEY_FILE is needed in production; `openssl rand -base64 32` makes one")]
    NoKey,
    /// The key file cannot be read or written.
    #[error("ENCRYPTION_KEY_FILE {0} cannot be used")]
    KeyFile(PathBuf, #[source] io::Error),
    /// The key file holds no key.
    #[error("ENCRYPTION_KEY_FILE {0} {1}")]
    MalformedKeyFile(PathBuf, InvalidMasterKey),
    /// Another key than the database's.
    #[error("ENCRYPTION_KEY is not the key that this database is encrypted under")]
    WrongKey,
    /// The database was encrypted, and its key file is gone.
    #[error("the key file {0} is gone, but the database is encrypted: put it back, or set ENCRYPTION_KEY")]
    LostKey(PathBuf),
    /// Production with the password that everybody knows.
    #[error(
        "INITIAL_ADMIN_PASSWORD must be a password of your own in production: the administrator has the default one"
    )]
    DefaultPassword,
    /// The administrator's first password breaks rules.
    #[error("INITIAL_ADMIN_PASSWORD is too weak: {}", rules(.0))]
    WeakPassword(Vec<PasswordRule>),
    /// The data folder cannot be used.
    #[error("DATA_DIR {0} cannot be used")]
    DataDir(PathBuf, #[source] io::Error),
    /// The log cannot be started.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The port cannot be listened on.
    #[error("PORT {1} on {0} cannot be listened on")]
    Port(std::net::IpAddr, u16, #[source] io::Error),
    /// The database cannot be opened.
    #[error("DATABASE_URL cannot be used")]
    Database(#[source] ConnectError),
    /// The database is newer than this program, or cannot be migrated.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The database failed during the start.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something is to be done to a database that `migrate` has to bring up to date first.
    #[error("the database is not up to date: run `cardkey migrate` first")]
    NotMigrated,
    /// The server cannot be run.
    #[error("the server cannot be run")]
    Server(#[source] io::Error),
}

impl StartError {
    /// The error and its causes in one line.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !line.ends_with(&text) {
                line.push_str(": ");
                line.push_str(&text);
            }
            cause = error.source();
        }
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl From<BootstrapError> for StartError {
    fn from(error: BootstrapError) -> Self {
        match error {
            BootstrapError::DefaultPassword => Self::DefaultPassword,
            BootstrapError::Weak(rules) => Self::WeakPassword(rules),
            BootstrapError::Busy(busy) => Self::Store(StoreError::Unavailable(busy.into())),
            BootstrapError::Store(error) => Self::Store(error),
        }
    }
}

fn rules(broken: &[PasswordRule]) -> String {
    broken.iter().map(|rule| rule.code()).collect::<Vec<_>>().join(", ")
}
