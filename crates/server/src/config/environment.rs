use std::collections::BTreeMap;
use std::path::Path;

/// What the program was told from outside: the process's environment, and beneath it the `.env` file of the working directory.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    pub(super) process: BTreeMap<String, String>,
    pub(super) file: BTreeMap<String, String>,
}

/// `.env` cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableFile(String);

impl Environment {
    /// Reads both. The one place that looks at the process's environment.
    pub fn read(file: &Path) -> Result<Self, UnreadableFile> {
        #[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let process = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        Ok(Self { process, file: read_file(file)? })
    }

    /// An environment of these values alone, for tests and for programs that embed the server.
    pub fn of<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let process = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { process, file: BTreeMap::new() }
    }

    /// The value of a name; the process's own takes precedence. Empty means not set.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.process.get(name).or_else(|| self.file.get(name))?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }
}

fn read_file(path: &Path) -> Result<BTreeMap<String, String>, UnreadableFile> {
    let unreadable = |error: dotenvy::Error| match error {
        // The offending line may hold a secret, so it is not repeated.
        dotenvy::Error::LineParse(_, _) => UnreadableFile(format!("{}: a line is not NAME=value", path.display())),
        other => UnreadableFile(format!("{}: {other}", path.display())),
    };
    match dotenvy::from_path_iter(path) {
        Ok(lines) => lines.collect::<Result<_, _>>().map_err(unreadable),
        Err(error) if error.not_found() => Ok(BTreeMap::new()),
        Err(error) => Err(unreadable(error)),
    }
}
