use std::path::Path;
use std::process::Command;

use super::StartError;
use super::database_server::Kind;
use super::lifeline::Cradle;
use crate::OutsideProgram;

const INITDB: OutsideProgram = OutsideProgram { name: "initdb", package: "postgresql" };
const CLIENT: OutsideProgram = OutsideProgram { name: "psql", package: "postgresql" };

pub(super) const KIND: Kind = Kind {
    server: OutsideProgram { name: "postgres", package: "postgresql" },
    tools: &[INITDB, CLIENT],
    account: "postgres",
    signal: "QUIT",
    url: |port, database| format!("postgres://cardkey@127.0.0.1:{port}/{database}"),
    first_database: "postgres",
    prepare,
    arguments,
    statement,
};

fn prepare(cradle: &Cradle) -> Result<(), StartError> {
    let data = data(cradle.path());
    cradle.prepare(
        &INITDB.find_or_install()?,
        &["-D", &data, "--no-sync", "--username=cardkey", "--auth=trust", "--encoding=UTF8", "--locale=C"],
    )
}

fn arguments(folder: &Path, port: u16) -> Vec<String> {
    let port = format!("port={port}");
    let settings = [
        &port,
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "fsync=on",
        "synchronous_commit=on",
        "max_connections=600",
        "timezone=UTC",
    ];
    let settings = settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]);
    ["-D".to_owned(), data(folder)].into_iter().chain(settings).collect()
}

fn data(folder: &Path) -> String {
    folder.join("data").display().to_string()
}

/// The client program, about to run one statement.
pub(crate) fn statement(url: &str, sql: &str) -> Command {
    let client = CLIENT.find().expect("psql comes with the server");
    let mut command = Command::new(client);
    command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--dbname", url]);
    command.args(["--command", sql]);
    command
}
