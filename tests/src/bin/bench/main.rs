//! `make bench`: drives the release build of `cardkey` and compares what it does with what it should do.
//!
//! It starts servers of its own on free ports with empty data folders, loads them with `wrk` – and with a small client of its own
//! where each request needs another card key –, takes the median of five rounds, prints target, measured, ratio and verdict, and writes
//! `docs/benchmarks.md`. Nothing here is a test: a slow machine misses targets and breaks nothing.
//!
//! `bench [--quick] [--only <part>] [--server <path>]`: `--quick` is one short round and writes no file; parts are `reads`, `flood`,
//! `activation`, `activation-postgres`, `million`, `live`, `audit` and `footprint`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

mod activation;
mod api;
mod audit;
mod figures;
mod flood;
mod footprint;
mod http;
mod live;
mod load;
mod machine;
mod million;
mod options;
mod process;
mod reads;
mod report;
mod server;
mod wrk;

use std::process::ExitCode;

use options::{Options, Part};
use report::Report;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::from_arguments(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(reason) => {
            eprintln!("bench: {reason}");
            return ExitCode::from(2);
        }
    };
    let mut report = Report::default();
    for part in options.parts() {
        eprintln!("bench: {}", part.name());
        match part {
            Part::Footprint => footprint::measure(&options, &mut report).await,
            Part::Reads => reads::measure(&options, &mut report).await,
            Part::Flood => flood::measure(&options, &mut report).await,
            Part::Activation => activation::on_sqlite(&options, &mut report).await,
            Part::ActivationPostgres => activation::on_postgres(&options, &mut report).await,
            Part::Million => million::measure(&options, &mut report).await,
            Part::Live => live::measure(&options, &mut report).await,
            Part::Audit => audit::measure(&options, &mut report).await,
        }
    }
    print!("{}", report.table());
    if options.is_complete() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/benchmarks.md");
        let machine = machine::describe(&options.server);
        if let Err(error) = std::fs::write(path, report.document(&machine)) {
            eprintln!("bench: {path} cannot be written: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
