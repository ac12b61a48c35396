use std::fmt;

use crate::MissingProgram;

/// Why a throw-away server is not there.
#[derive(Debug)]
pub enum StartError {
    /// Its program is not on this machine and could not be installed.
    Missing(MissingProgram),
    /// It is there, but failed; with what it said.
    Failed(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(program) => program.fmt(f),
            Self::Failed(reason) => f.write_str(reason),
        }
    }
}

impl From<MissingProgram> for StartError {
    fn from(program: MissingProgram) -> Self {
        Self::Missing(program)
    }
}

impl From<std::io::Error> for StartError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
