use std::path::Path;
use std::process::Command;

use super::account::Account;
use super::lifeline::{Cradle, Lifeline};
use super::{StartError, mariadb, postgres};
use crate::{OutsideProgram, TEMPLATE, free_port};

/// A throw-away database server.
#[derive(Debug)]
pub struct DatabaseServer {
    url: String,
    template_url: String,
    _lifeline: Lifeline,
}

/// What one kind of server has of its own.
pub(super) struct Kind {
    pub(super) server: OutsideProgram,
    /// The programs that prepare it and talk to it.
    pub(super) tools: &'static [OutsideProgram],
    /// The account that it runs as where the caller is root.
    pub(super) account: &'static str,
    /// What ends it at once.
    pub(super) signal: &'static str,
    /// The URL of a database on this port.
    pub(super) url: fn(port: u16, database: &str) -> String,
    /// The database that is there from the beginning.
    pub(super) first_database: &'static str,
    /// Makes the data folder.
    pub(super) prepare: fn(&Cradle) -> Result<(), StartError>,
    /// What the server is started with, in this folder and on this port.
    pub(super) arguments: fn(folder: &Path, port: u16) -> Vec<String>,
    /// The client program, about to run one statement.
    pub(super) statement: fn(url: &str, sql: &str) -> Command,
}

impl DatabaseServer {
    /// Starts a PostgreSQL with an empty data folder and waits until it answers.
    pub async fn postgres() -> Result<Self, StartError> {
        Self::start(&postgres::KIND).await
    }

    /// Starts a MariaDB with an empty data folder and waits until it answers.
    pub async fn mariadb() -> Result<Self, StartError> {
        Self::start(&mariadb::KIND).await
    }

    /// Where it is, for the account that may make databases.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the database is that the tests copy.
    #[must_use]
    pub fn template_url(&self) -> &str {
        &self.template_url
    }

    async fn start(kind: &Kind) -> Result<Self, StartError> {
        let server = kind.server.find_or_install()?;
        for tool in kind.tools {
            tool.find_or_install()?;
        }
        let cradle = Cradle::new(kind.server.name, Account::unprivileged(kind.account))?;
        (kind.prepare)(&cradle)?;
        let port = free_port();
        let arguments = (kind.arguments)(cradle.path(), port);
        let (url, template_url) = ((kind.url)(port, kind.first_database), (kind.url)(port, TEMPLATE));
        let lifeline = cradle.start(kind.signal, &server, &arguments)?;
        let lifeline = lifeline.ready(|| (kind.statement)(&url, "SELECT 1")).await?;
        let made = (kind.statement)(&url, &format!("CREATE DATABASE {TEMPLATE}")).output()?;
        if !made.status.success() {
            return Err(StartError::Failed(String::from_utf8_lossy(&made.stderr).into_owned()));
        }
        Ok(Self { url, template_url, _lifeline: lifeline })
    }
}
