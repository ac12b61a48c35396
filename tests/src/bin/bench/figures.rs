use std::time::Duration;

/// One line of a table of its own in the report.
pub(crate) trait Figure {
    /// The table's head, with the line under it.
    const HEAD: &'static str;

    /// The line, with its end.
    fn line(&self) -> String;
}

/// Connections of every load.
pub(crate) const CONNECTIONS: usize = 64;

/// What one round of one load gave.
#[derive(Debug, Clone, Default)]
pub(crate) struct Round {
    pub(crate) requests: u64,
    pub(crate) refused: u64,
    pub(crate) elapsed: Duration,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

impl Round {
    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }
}

/// The rounds of one load.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rounds(pub(crate) Vec<Round>);

impl Rounds {
    pub(crate) fn per_second(&self) -> f64 {
        median(self.0.iter().map(Round::per_second))
    }

    pub(crate) fn slowest_and_fastest(&self) -> (f64, f64) {
        let all = || self.0.iter().map(Round::per_second);
        (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max))
    }

    pub(crate) fn p50(&self) -> Duration {
        median_duration(self.0.iter().map(|round| round.p50))
    }

    pub(crate) fn p99(&self) -> Duration {
        median_duration(self.0.iter().map(|round| round.p99))
    }

    pub(crate) fn requests(&self) -> u64 {
        self.0.iter().map(|round| round.requests).sum()
    }

    pub(crate) fn refused(&self) -> u64 {
        self.0.iter().map(|round| round.refused).sum()
    }
}

/// The middle value; the upper of the two middle ones of an even count; nothing is 0.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

pub(crate) fn median_duration(values: impl Iterator<Item = Duration>) -> Duration {
    Duration::from_secs_f64(median(values.map(|value| value.as_secs_f64())))
}

/// The value that `share` (0 to 1) of the values do not exceed.
pub(crate) fn percentile(sorted: &[Duration], share: f64) -> Duration {
    let place = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(place).copied().unwrap_or_default()
}

/// 1.23 ms
pub(crate) fn milliseconds(length: Duration) -> String {
    format!("{:.2} ms", length.as_secs_f64() * 1_000.0)
}

/// 12,345
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
