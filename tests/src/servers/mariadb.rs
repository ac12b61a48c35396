use std::fs;
use std::process::Command;

use reqwest::Url;

use super::StartError;
use super::account::Account;
use super::lifeline::{Cradle, Lifeline};
use crate::{OutsideProgram, TEMPLATE, free_port};

const SERVER: OutsideProgram = OutsideProgram { name: "mariadbd", package: "mariadb-server" };
const INSTALL_DB: OutsideProgram = OutsideProgram { name: "mariadb-install-db", package: "mariadb-server" };
const CLIENT: OutsideProgram = OutsideProgram { name: "mariadb", package: "mariadb-client" };

/// The account that the tests use, over TCP as the product does. The server reads one statement a line.
const ACCOUNT: &str =
    "CREATE USER cardkey@'127.0.0.1' IDENTIFIED BY 'cardkey';\nGRANT ALL ON *.* TO cardkey@'127.0.0.1';\n";

/// A throw-away MariaDB.
#[derive(Debug)]
pub struct MariaDb {
    url: String,
    template_url: String,
    _lifeline: Lifeline,
}

impl MariaDb {
    /// Starts a server with an empty data folder and waits until it answers.
    pub async fn start() -> Result<Self, StartError> {
        let (server, install_db) = (SERVER.find_or_install()?, INSTALL_DB.find_or_install()?);
        CLIENT.find_or_install()?;
        let cradle = Cradle::new("mariadb", Account::unprivileged(&["mysql"]))?;
        let data = format!("--datadir={}", cradle.path().join("data").display());
        let normal = "--auth-root-authentication-method=normal";
        cradle.prepare(&install_db, &["--no-defaults", &data, normal, "--skip-test-db", "--skip-name-resolve"])?;
        let account = cradle.path().join("account.sql");
        fs::write(&account, ACCOUNT)?;
        let port = free_port();
        let own = |option: &str, file: &str| format!("--{option}={}", cradle.path().join(file).display());
        let arguments = [
            "--no-defaults".to_owned(),
            data,
            own("init-file", "account.sql"),
            own("socket", "socket"),
            own("pid-file", "pid"),
            format!("--port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
            "--skip-name-resolve".to_owned(),
            "--character-set-server=utf8mb4".to_owned(),
            "--innodb-flush-log-at-trx-commit=1".to_owned(),
            "--max-connections=600".to_owned(),
            // Tables are made and dropped without syncing each file; commits are as durable as ever.
            "--sync-frm=0".to_owned(),
            "--innodb-file-per-table=0".to_owned(),
        ];
        let at = |database: &str| format!("mysql://cardkey:cardkey@127.0.0.1:{port}/{database}");
        let url = at("mysql");
        let lifeline = cradle.start("KILL", &server, &arguments)?;
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
    let client = CLIENT.find().expect("the mariadb client comes with the server");
    let url = Url::parse(url).expect("the server's address is a URL");
    let mut command = Command::new(client);
    command.args([
        "--no-defaults",
        "--protocol=tcp",
        "--batch",
        "--skip-column-names",
        "--default-character-set=utf8mb4",
    ]);
    command.arg(format!("--host={}", url.host_str().unwrap_or_default()));
    command.arg(format!("--port={}", url.port().unwrap_or(3306)));
    command.arg(format!("--user={}", url.username()));
    command.arg(format!("--password={}", url.password().unwrap_or_default()));
    command.arg(format!("--database={}", url.path().trim_start_matches('/')));
    command.args(["--execute", sql]);
    command
}
