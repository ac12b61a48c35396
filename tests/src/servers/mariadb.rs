use std::fs;
use std::path::Path;
use std::process::Command;

use reqwest::Url;

use super::StartError;
use super::database_server::Kind;
use super::lifeline::Cradle;
use crate::OutsideProgram;

const INSTALL_DB: OutsideProgram = OutsideProgram { name: "mariadb-install-db", package: "mariadb-server" };
const CLIENT: OutsideProgram = OutsideProgram { name: "mariadb", package: "mariadb-client" };

pub(super) const KIND: Kind = Kind {
    server: OutsideProgram { name: "mariadbd", package: "mariadb-server" },
    tools: &[INSTALL_DB, CLIENT],
    account: "mysql",
    signal: "KILL",
    url: |port, database| format!("mysql://cardkey:cardkey@127.0.0.1:{port}/{database}"),
    first_database: "mysql",
    prepare,
    arguments,
    statement,
};

/// The account that the tests use, over TCP as the product does. The server reads one statement a line.
const ACCOUNT: &str =
    "CREATE USER cardkey@'127.0.0.1' IDENTIFIED BY 'cardkey';\nGRANT ALL ON *.* TO cardkey@'127.0.0.1';\n";

fn prepare(cradle: &Cradle) -> Result<(), StartError> {
    let data = own(cradle.path(), "datadir", "data");
    let normal = "--auth-root-authentication-method=normal";
    let program = INSTALL_DB.find_or_install()?;
    cradle.prepare(&program, &["--no-defaults", &data, normal, "--skip-test-db", "--skip-name-resolve"])?;
    Ok(fs::write(cradle.path().join("account.sql"), ACCOUNT)?)
}

fn arguments(folder: &Path, port: u16) -> Vec<String> {
    vec![
        "--no-defaults".to_owned(),
        own(folder, "datadir", "data"),
        own(folder, "init-file", "account.sql"),
        own(folder, "socket", "socket"),
        own(folder, "pid-file", "pid"),
        format!("--port={port}"),
        "--bind-address=127.0.0.1".to_owned(),
        "--skip-name-resolve".to_owned(),
        "--character-set-server=utf8mb4".to_owned(),
        "--innodb-flush-log-at-trx-commit=1".to_owned(),
        "--max-connections=600".to_owned(),
        // Tables are made and dropped without syncing each file; commits are as durable as ever.
        "--sync-frm=0".to_owned(),
        "--innodb-file-per-table=0".to_owned(),
    ]
}

/// An option that names something in the server's own folder.
fn own(folder: &Path, option: &str, file: &str) -> String {
    format!("--{option}={}", folder.join(file).display())
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
