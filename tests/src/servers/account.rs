use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// The account a server runs as: database servers refuse to run as root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    ids: Option<(u32, u32)>,
}

impl Account {
    /// The caller's own account, or, for root, `name`, or `nobody` where that does not exist.
    pub(crate) fn unprivileged(name: &str) -> Self {
        if !rustix::process::geteuid().is_root() {
            return Self { ids: None };
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        Self { ids: ids_of(name, &accounts).or_else(|| ids_of("nobody", &accounts)) }
    }

    /// A command that runs as this account.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command
    }

    /// Gives a folder to this account.
    pub(crate) fn take_over(&self, folder: &Path) -> io::Result<()> {
        match self.ids {
            Some((user, group)) => chown(folder, Some(user), Some(group)),
            None => Ok(()),
        }
    }
}

fn ids_of(name: &str, accounts: &str) -> Option<(u32, u32)> {
    let fields = |line: &str| line.split(':').map(str::to_owned).collect::<Vec<_>>();
    let account = accounts.lines().map(fields).find(|fields| fields.first().is_some_and(|first| first == name))?;
    Some((account.get(2)?.parse().ok()?, account.get(3)?.parse().ok()?))
}
