use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::places::setting;

/// A program that is no part of the product and that a test needs: where to look for it, and which Debian package brings it.
#[derive(Debug, Clone, Copy)]
pub struct OutsideProgram {
    /// The name of its file.
    pub name: &'static str,
    /// The package to install when it is missing.
    pub package: &'static str,
}

/// The program is not here and could not be installed.
#[derive(Debug)]
pub struct MissingProgram {
    /// Which program.
    pub name: &'static str,
    /// Why installing it was impossible.
    pub reason: String,
}

impl OutsideProgram {
    /// Python, which brings a SQLite and reads archives, with what makes an environment of its own.
    pub const PYTHON: Self = Self { name: "python3", package: "python3-venv" };

    /// Where the program stands; the newest PostgreSQL's own folder comes before `PATH`, so that a server and its tools go together.
    #[must_use]
    pub fn find(&self) -> Option<PathBuf> {
        let path = setting("PATH").unwrap_or_default();
        let system = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/opt/homebrew/bin"].map(PathBuf::from);
        let folders = postgres_folders().into_iter().chain(std::env::split_paths(&path)).chain(system);
        folders.map(|folder| folder.join(self.name)).find(|program| runs(program))
    }

    /// Finds the program, or installs its package where this runs as root on Debian.
    pub fn find_or_install(&self) -> Result<PathBuf, MissingProgram> {
        if let Some(program) = self.find() {
            return Ok(program);
        }
        let missing = |reason: String| MissingProgram { name: self.name, reason };
        let _turn = turn().map_err(|error| missing(format!("nothing can be installed: {error}")))?;
        if let Some(program) = self.find() {
            return Ok(program);
        }
        install(self.package).map_err(missing)?;
        self.find()
            .ok_or_else(|| missing(format!("the package {} is installed but brought no such program", self.package)))
    }
}

/// Until it is dropped, no other test of this machine installs anything: apt does not wait for the lock of its lists.
fn turn() -> std::io::Result<File> {
    let file = File::create(std::env::temp_dir().join("cardkey-tests-install.lock"))?;
    file.lock()?;
    Ok(file)
}

/// `/usr/lib/postgresql/<version>/bin`, the newest first.
fn postgres_folders() -> Vec<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

/// Whether the file can be started at all: a program of another machine's make, or one whose libraries are missing (127), cannot. Some
/// that can, wrk among them, still fail when asked for their version.
fn runs(program: &Path) -> bool {
    program.is_file() && quiet(program, ["--version"]).status().is_ok_and(|status| status.code() != Some(127))
}

fn install(package: &str) -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Err(format!("not root, so the package {package} cannot be installed"));
    }
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err(format!("no apt-get here, so the package {package} cannot be installed"));
    }
    let apt = |arguments: &[&str]| {
        let lock = ["-y", "-q", "-o", "DPkg::Lock::Timeout=300"];
        let mut command = quiet("/usr/bin/apt-get", arguments.iter().chain(&lock));
        let output = command.env("DEBIAN_FRONTEND", "noninteractive").stderr(Stdio::piped()).output();
        let output = output.map_err(|error| format!("apt-get does not start: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("apt-get {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
    };
    apt(&["update"])?;
    apt(&["install", "--no-install-recommends", package])
}

fn quiet<A: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl std::fmt::Display for MissingProgram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is missing: {}", self.name, self.reason)
    }
}
