//! Prometheus' text format, version 0.0.4: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::{Arguments, Display, Write};

use super::histogram::Histogram;
use super::series::Series;

/// The content type of the format.
pub(crate) const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A page in the making.
#[derive(Default)]
pub(super) struct Page(String);

/// The samples of one series in the making.
pub(super) struct Samples<'a> {
    page: &'a mut Page,
    series: &'static Series,
}

impl Page {
    /// Begins a series; whether it has any samples or not, it is named.
    pub(super) fn series(&mut self, series: &'static Series) -> Samples<'_> {
        let (name, kind) = (series.name, series.kind.as_str());
        let about = series.about.trim().replace('\\', "\\\\").replace('\n', " ");
        self.line(format_args!("# HELP {name} {about}"));
        self.line(format_args!("# TYPE {name} {kind}"));
        Samples { page: self, series }
    }

    /// A series without labels that has a sample where there is a value.
    pub(super) fn single(&mut self, series: &'static Series, value: Option<impl Display + Copy>) {
        let mut samples = self.series(series);
        if let Some(value) = value {
            samples.sample(&[], value);
        }
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    fn line(&mut self, line: Arguments<'_>) {
        let _infallible = writeln!(self.0, "{line}");
    }
}

impl Samples<'_> {
    /// A sample; its labels' values in the order of the series' labels.
    pub(super) fn sample(&mut self, values: &[&str], value: impl Display + Copy) {
        let labels = self.labels(values, None);
        self.page.line(format_args!("{}{labels} {value}", self.series.name));
    }

    /// A whole histogram.
    pub(super) fn histogram(&mut self, values: &[&str], histogram: &Histogram) {
        let name = self.series.name;
        for (bound, count) in &histogram.up_to {
            let labels = self.labels(values, Some(bound));
            self.page.line(format_args!("{name}_bucket{labels} {count}"));
        }
        let (all, labels) = (self.labels(values, Some("+Inf")), self.labels(values, None));
        self.page.line(format_args!("{name}_bucket{all} {}", histogram.count));
        self.page.line(format_args!("{name}_sum{labels} {}", histogram.sum));
        self.page.line(format_args!("{name}_count{labels} {}", histogram.count));
    }

    fn labels(&self, values: &[&str], bound: Option<&str>) -> String {
        let pairs = self.series.labels.iter().copied().zip(values.iter().copied());
        let pairs: Vec<String> =
            pairs.chain(bound.map(|bound| ("le", bound))).map(|(name, value)| label(name, value)).collect();
        if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
    }
}

fn label(name: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{name}=\"{value}\"")
}

#[cfg(test)]
mod tests {
    use super::super::series::{HTTP_DURATION, HTTP_IN_FLIGHT, SIGN_INS};
    use super::*;

    // OPS-06
    #[test]
    fn samples_bear_their_labels_and_strange_values_are_escaped() {
        let mut page = Page::default();
        page.single(&HTTP_IN_FLIGHT, Some(3));
        page.single(&HTTP_IN_FLIGHT, None::<u64>);
        page.series(&SIGN_INS).sample(&["a\"b\\c\nd"], 7);
        let text = page.into_text();
        assert!(
            text.contains("\n# TYPE cardkey_http_requests_in_flight gauge\ncardkey_http_requests_in_flight 3\n"),
            "{text}"
        );
        assert!(text.contains("\ncardkey_sign_ins_total{outcome=\"a\\\"b\\\\c\\nd\"} 7\n"), "{text}");
    }

    // OPS-06
    #[test]
    fn a_histogram_ends_with_all_its_sum_and_its_count() {
        let mut page = Page::default();
        let histogram = Histogram::of(["0.1".to_owned(), "1".to_owned()].into_iter(), &[2, 1, 1], 4.5);
        page.series(&HTTP_DURATION).histogram(&["GET", "/livez"], &histogram);
        let text = page.into_text();
        let lines: Vec<&str> = text.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "cardkey_http_request_duration_seconds_bucket{method=\"GET\",route=\"/livez\",le=\"0.1\"} 2",
                "cardkey_http_request_duration_seconds_bucket{method=\"GET\",route=\"/livez\",le=\"1\"} 3",
                "cardkey_http_request_duration_seconds_bucket{method=\"GET\",route=\"/livez\",le=\"+Inf\"} 4",
                "cardkey_http_request_duration_seconds_sum{method=\"GET\",route=\"/livez\"} 4.5",
                "cardkey_http_request_duration_seconds_count{method=\"GET\",route=\"/livez\"} 4",
            ]
        );
    }
}
