use std::fmt::Write;

use crate::figures::{Figure, Rounds, grouped, milliseconds};
use crate::live::Outcome;
use crate::process::CpuTime;

/// What `docs/benchmarks.md` says of where the time goes, found with a profiler and kept by hand.
const FINDINGS: &str = include_str!("findings.md");

/// A target and what became of it.
#[derive(Debug)]
pub(crate) struct Row {
    name: String,
    target: String,
    measured: String,
    ratio: Option<f64>,
    met: bool,
}

impl Row {
    pub(crate) fn new(name: &str, target: &str, measured: &str) -> Self {
        let [name, target, measured] = [name, target, measured].map(str::to_owned);
        Self { name, target, measured, ratio: None, met: false }
    }

    pub(crate) fn ratio(self, ratio: f64) -> Self {
        Self { ratio: Some(ratio), ..self }
    }

    pub(crate) fn met(self, met: bool) -> Self {
        Self { met, ..self }
    }
}

/// A load and what it cost.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) name: &'static str,
    pub(crate) rounds: Rounds,
    pub(crate) cpu: CpuTime,
}

#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    loads: Vec<Load>,
    live: Vec<Outcome>,
}

impl Report {
    pub(crate) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(crate) fn load(&mut self, load: Load) {
        self.loads.push(load);
    }

    pub(crate) fn outcome(&mut self, outcome: Outcome) {
        self.live.push(outcome);
    }

    /// Targets, then loads, as Markdown that reads well in a terminal too.
    pub(crate) fn table(&self) -> String {
        let mut text = "| what | target | measured | ratio | verdict |\n|---|---|---|---|---|\n".to_owned();
        for Row { name, target, measured, ratio, met } in &self.rows {
            let ratio = ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.2}"));
            let verdict = if *met { "met" } else { "**missed**" };
            let _ = writeln!(text, "| {name} | {target} | {measured} | {ratio} | {verdict} |");
        }
        if !self.loads.is_empty() {
            text.push_str("\n| load | requests/s (slowest–fastest) | p50 | p99 | refused | server's CPU a request | by threads |\n");
            text.push_str("|---|---|---|---|---|---|---|\n");
        }
        for Load { name, rounds, cpu } in &self.loads {
            let (slowest, fastest) = rounds.slowest_and_fastest();
            let [rate, slowest, fastest] = [rounds.per_second(), slowest, fastest].map(grouped);
            let [p50, p99] = [rounds.p50(), rounds.p99()].map(milliseconds);
            let each = cpu.total().as_secs_f64() * 1e6 / (rounds.requests().max(1)) as f64;
            let (refused, shares) = (rounds.refused(), cpu.shares());
            let _ = writeln!(
                text,
                "| {name} | {rate} ({slowest}–{fastest}) | {p50} | {p99} | {refused} | {each:.0} µs | {shares} |"
            );
        }
        append(&mut text, &self.live);
        text
    }

    /// The whole document.
    pub(crate) fn document(&self, machine: &[String]) -> String {
        let machine: String = machine.iter().fold(String::new(), |text, line| format!("{text}- {line}\n"));
        format!(
            "# Benchmarks\n\n\
             Written by `make bench`; change `tests/src/bin/bench`, not this file. Every load keeps 64 connections busy; each figure is the \
             median of five rounds of ten seconds (activation: of 20,000 card keys), rounds of different loads taking turns. Ratios against \
             the bare route are of requests per second of the same run.\n\n\
             ## Machine\n\n{machine}\n## Targets and loads\n\n{}\n{FINDINGS}",
            self.table()
        )
    }
}

/// A table of its own, where there is something to put in it.
fn append<F: Figure>(text: &mut String, figures: &[F]) {
    if !figures.is_empty() {
        text.push('\n');
        text.push_str(F::HEAD);
        figures.iter().for_each(|figure| text.push_str(&figure.line()));
    }
}
