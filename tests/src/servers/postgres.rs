use std::process::Command;

use super::StartError;
use super::account::Account;
use super::lifeline::{Cradle, Lifeline};
use crate::{OutsideProgram, TEMPLATE, free_port};

const SERVER: OutsideProgram = OutsideProgram { name: "postgres", package: "postgresql" };
const INITDB: OutsideProgram = OutsideProgram { name: "initdb", package: "postgresql" };
const CLIENT: OutsideProgram = OutsideProgram { name: "psql", package: "postgresql" };

/// A throw-away PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    template_url: String,
    _lifeline: Lifeline,
}

impl Postgres {
    /// Starts a server with an empty data folder and waits until it answers.
    pub async fn start() -> Result<Self, StartError> {
        let (server, initdb) = (SERVER.find_or_install()?, INITDB.find_or_install()?);
        let cradle = Cradle::new("postgres", Account::unprivileged(&["postgres"]))?;
        let data = cradle.path().join("data");
        let data = data.to_string_lossy();
        cradle.prepare(
            &initdb,
            &["-D", &data, "--no-sync", "--username=cardkey", "--auth=trust", "--encoding=UTF8", "--locale=C"],
        )?;
        let port = free_port();
        let settings = [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".to_owned(),
            "unix_socket_directories=".to_owned(),
            "fsync=on".to_owned(),
            "synchronous_commit=on".to_owned(),
            "max_connections=600".to_owned(),
            "timezone=UTC".to_owned(),
        ];
        let mut arguments = vec!["-D", &data];
        arguments.extend(settings.iter().flat_map(|setting| ["-c", setting]));
        let at = |database: &str| format!("postgres://cardkey@127.0.0.1:{port}/{database}");
        let url = at("postgres");
        let lifeline = cradle.start("QUIT", &server, &arguments)?;
        let lifeline = lifeline.ready(|| statement(&url, "SELECT 1")).await?;
        let made = statement(&url, &format!("CREATE DATABASE {TEMPLATE}")).output()?;
        if !made.status.success() {
            return Err(StartError::Failed(String::from_utf8_lossy(&made.stderr).into_owned()));
        }
        Ok(Self { url, template_url: at(TEMPLATE), _lifeline: lifeline })
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
}

/// The client program, about to run one statement.
pub(crate) fn statement(url: &str, sql: &str) -> Command {
    let client = CLIENT.find().expect("psql comes with the server");
    let mut command = Command::new(client);
    command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--dbname", url]);
    command.args(["--command", sql]);
    command
}
