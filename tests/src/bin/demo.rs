//! `make demo`: tells the product's story on a server of its own. `demo [sqlite|postgres|mariadb]`; the latter two under `with-databases`.
//! Exits with 0 when all went as it should, else with 1.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use cardkey_tests::demo::{Stage, Step, play};
use cardkey_tests::{Backend, Database};

const CARD_KEYS: usize = 1_000;

#[tokio::main]
async fn main() -> ExitCode {
    let backend = match std::env::args().nth(1).as_deref() {
        None | Some("sqlite") => Backend::Sqlite,
        Some("postgres") => Backend::Postgres,
        Some("mariadb") => Backend::MariaDb,
        Some(other) => return fail(&format!("no database is called {other}: sqlite, postgres or mariadb")),
    };
    let folder = match tempfile::TempDir::with_prefix("cardkey-demo-") {
        Ok(folder) => folder,
        Err(error) => return fail(&error.to_string()),
    };
    let database = Database::create(backend);
    println!("\n  Cardkey on {backend}: card keys are sold, redeemed, checked online and offline, and shut off.\n");
    let start = Instant::now();
    let stage = Stage { database: database.url(), folder: folder.path(), card_keys: CARD_KEYS };
    match play(&stage, &mut tell).await {
        Ok(()) => {
            println!("\n  All as it should be, in {}.\n", time(start.elapsed()).trim_start());
            ExitCode::SUCCESS
        }
        Err(failure) => fail(&failure.to_string()),
    }
}

fn tell(step: &Step) {
    println!("  ✓ {}  {:<8}  {:<38}  {}", time(step.took), step.who, step.what, step.outcome);
}

fn time(took: Duration) -> String {
    format!("{:>7.1} ms", took.as_secs_f64() * 1_000.0)
}

fn fail(how: &str) -> ExitCode {
    eprintln!("\n  ✗ {how}\n");
    ExitCode::FAILURE
}
