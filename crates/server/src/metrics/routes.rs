use std::time::Duration;

use super::counts::{ByCode, ByVerdict, Counter, Outcomes};
use super::histogram::Durations;
use super::series::{ACTIVATIONS, SIGN_INS, Series};
use crate::http::Code;

/// Everything that is counted as it happens. One for each server.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// In the order of the route table.
    pub(super) routes: Vec<RouteCounts>,
    /// Requests that no route takes.
    pub(super) unmatched: RouteCounts,
    pub(super) refusals: ByCode,
    pub(crate) verifications: ByVerdict,
    pub(crate) heartbeats: ByVerdict,
    pub(crate) card_keys_generated: Counter,
}

/// What the metrics must know of a route.
#[derive(Debug, Clone)]
pub(crate) struct RouteName {
    pub(crate) method: String,
    /// Its pattern, never the path that was asked for: that may hold anything, and any number of them.
    pub(crate) path: &'static str,
    pub(crate) operation: &'static str,
}

/// The numbers of one route.
#[derive(Debug)]
pub(super) struct RouteCounts {
    pub(super) name: RouteName,
    /// By the first digit of the status.
    pub(super) statuses: [Counter; 5],
    pub(super) durations: Durations,
    /// For what a business wants to know of by outcome: its series, and the numbers.
    pub(super) outcomes: Option<(&'static Series, Outcomes)>,
}

impl Metrics {
    pub(crate) fn new(routes: Vec<RouteName>) -> Self {
        let unmatched = RouteName { method: "*".to_owned(), path: "unmatched", operation: "" };
        Self {
            routes: routes.into_iter().map(RouteCounts::new).collect(),
            unmatched: RouteCounts::new(unmatched),
            refusals: ByCode::default(),
            verifications: ByVerdict::default(),
            heartbeats: ByVerdict::default(),
            card_keys_generated: Counter::default(),
        }
    }

    /// Counts an answered request by the number of its route in the table; `refused` is the code of a refusal.
    pub(crate) fn answered(&self, route: usize, took: Duration, status: u16, refused: Option<Code>) {
        let counts = self.routes.get(route).unwrap_or(&self.unmatched);
        counts.answered(took, status);
        if let Some((_, outcomes)) = &counts.outcomes {
            outcomes.count(refused);
        }
        if let Some(code) = refused {
            self.refusals.count(code);
        }
    }

    /// Counts a request that no route takes.
    pub(crate) fn strayed(&self, status: u16, refused: Code) {
        self.unmatched.statuses[class(status)].count();
        self.refusals.count(refused);
    }
}

impl RouteCounts {
    fn new(name: RouteName) -> Self {
        let series = match name.operation {
            "user.login" => Some(&SIGN_INS),
            "card_key.activate" => Some(&ACTIVATIONS),
            _ => None,
        };
        let outcomes = series.map(|series| (series, Outcomes::default()));
        Self { name, statuses: Default::default(), durations: Durations::default(), outcomes }
    }

    fn answered(&self, took: Duration, status: u16) {
        self.statuses[class(status)].count();
        self.durations.record(took);
    }
}

/// 0 for 1xx to 4 for 5xx.
fn class(status: u16) -> usize {
    usize::from((status / 100).clamp(1, 5)) - 1
}
