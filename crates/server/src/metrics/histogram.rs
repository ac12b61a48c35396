use std::time::Duration;

use super::counts::Counter;

/// The upper bounds of the classes of durations: microseconds, and as seconds in the form that is printed.
const BOUNDS: [(u64, &str); 15] = [
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (5_000_000, "5"),
    (10_000_000, "10"),
];

/// Durations, counted in classes.
#[derive(Debug, Default)]
pub(super) struct Durations {
    /// One for each bound, and one for what is longer than all of them.
    classes: [Counter; BOUNDS.len() + 1],
    micros: Counter,
}

/// A histogram as it is printed: how many were at most as large as each bound.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Histogram {
    pub(super) up_to: Vec<(String, u64)>,
    pub(super) sum: f64,
    pub(super) count: u64,
}

impl Durations {
    pub(super) fn record(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let class = BOUNDS.partition_point(|(bound, _)| *bound < micros);
        self.classes[class].count();
        self.micros.add(micros);
    }

    pub(super) fn histogram(&self) -> Histogram {
        let bounds = BOUNDS.iter().map(|(_, seconds)| (*seconds).to_owned());
        let counts: Vec<u64> = self.classes.iter().map(Counter::value).collect();
        Histogram::of(bounds, &counts, Duration::from_micros(self.micros.value()).as_secs_f64())
    }
}

impl Histogram {
    /// A histogram of counts class by class; the last may be of what is larger than all bounds.
    pub(super) fn of(bounds: impl Iterator<Item = String>, counts: &[u64], sum: f64) -> Self {
        let mut so_far = 0;
        let up_to = bounds.zip(counts).map(|(bound, count)| {
            so_far += count;
            (bound, so_far)
        });
        let up_to = up_to.collect();
        Self { up_to, sum, count: counts.iter().sum() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // OPS-06
    #[test]
    fn each_bound_counts_what_is_at_most_as_long() {
        let durations = Durations::default();
        for micros in [0, 250, 251, 1_000, 9_999, 60_000_000] {
            durations.record(Duration::from_micros(micros));
        }
        let histogram = durations.histogram();
        let up_to = |bound: &str| histogram.up_to.iter().find(|(name, _)| name == bound).unwrap().1;
        assert_eq!([up_to("0.00025"), up_to("0.0005"), up_to("0.001"), up_to("0.01"), up_to("10")], [2, 3, 4, 5, 5]);
        assert_eq!(histogram.count, 6);
        assert!((histogram.sum - 60.011_5).abs() < 1e-9, "{}", histogram.sum);
    }

    #[test]
    fn bounds_rise_and_are_printed_as_seconds() {
        assert!(BOUNDS.is_sorted());
        for (micros, seconds) in BOUNDS {
            let seconds: f64 = seconds.parse().unwrap();
            assert!((seconds * 1e6 - micros as f64).abs() < 1e-6);
        }
    }
}
