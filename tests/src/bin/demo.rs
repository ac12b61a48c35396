//! `make demo`: tells the product's story on a server of its own. `demo [sqlite|postgres|mariadb]`; the latter two under `with-databases`.
//! Exits with 0 when all went as it should, else with 1.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use cardkey_tests::demo::{Step, play};
use cardkey_tests::{Backend, Database};

const CARD_KEYS: usize = 1_000;

#[tokio::main]
async fn main() -> ExitCode {
    let (backend, name) = match std::env::args().nth(1).as_deref() {
        None | Some("sqlite") => (Backend::Sqlite, "SQLite"),
        Some("postgres") => (Backend::Postgres, "PostgreSQL"),
        Some("mariadb") => (Backend::MariaDb, "MariaDB"),
        Some(other) => return fail(&format!("no database is called {other}: sqlite, postgres or mariadb")),
    };
    let database = Database::empty(backend);
    println!("\n  Cardkey on {name}: card keys are sold, redeemed, checked online and offline, and shut off.\n");
    // What goes wrong in a step is told with the step.
    std::panic::set_hook(Box::new(|_| {}));
    let (start, mut tell) = (Instant::now(), tell);
    let outcome = tokio::select! {
        outcome = play(database, CARD_KEYS, &mut tell) => outcome.map_err(|failure| failure.to_string()),
        _ = tokio::signal::ctrl_c() => Err("interrupted".to_owned()),
    };
    match outcome {
        Ok(()) => {
            println!("\n  All as it should be, in {:.1} s.\n", start.elapsed().as_secs_f64());
            ExitCode::SUCCESS
        }
        Err(how) => fail(&how),
    }
}

fn tell(step: &Step) {
    let line = format!("  ✓ {}  {:<8}  {:<34}  {}", time(step.took), step.who, step.what, step.outcome);
    println!("{}", line.trim_end());
}

fn time(took: Duration) -> String {
    format!("{:>6.0} ms", took.as_secs_f64() * 1_000.0)
}

fn fail(how: &str) -> ExitCode {
    eprintln!("\n  ✗ {how}\n");
    ExitCode::FAILURE
}
