use cardkey_persistence::Load;

use super::counts::Counter;
use super::histogram::Histogram;
use super::page::Page;
use super::process::Process;
use super::routes::Metrics;
use super::series as s;
use crate::hashing::HashingLoad;
use crate::http::Report;
use crate::ws::LiveFigures;

/// What is not counted as it happens but looked at now.
pub(crate) struct Sources<'a> {
    pub(crate) started_at_seconds: i64,
    pub(crate) in_flight: usize,
    pub(crate) sightings_waiting: usize,
    pub(crate) hashing: HashingLoad,
    pub(crate) live: &'a LiveFigures,
    pub(crate) database: &'a Report,
}

/// The page.
pub(crate) fn report(metrics: &Metrics, sources: &Sources<'_>) -> String {
    let mut page = Page::default();
    requests(&mut page, metrics, sources);
    business(&mut page, metrics, sources);
    live(&mut page, sources.live);
    hashing(&mut page, &sources.hashing);
    database(&mut page, sources.database);
    process(&mut page, sources);
    page.into_text()
}

fn requests(page: &mut Page, metrics: &Metrics, sources: &Sources<'_>) {
    let routes = || metrics.routes.iter().chain([&metrics.unmatched]);
    let mut samples = page.series(&s::HTTP_REQUESTS);
    for route in routes() {
        for (class, count) in
            ["1xx", "2xx", "3xx", "4xx", "5xx"].into_iter().zip(route.statuses.iter().map(Counter::value))
        {
            if count > 0 {
                samples.sample(&[route.name.method.as_str(), route.name.path, class], count);
            }
        }
    }
    let mut samples = page.series(&s::HTTP_DURATION);
    for route in routes() {
        let histogram = route.durations.histogram();
        if histogram.count > 0 {
            samples.histogram(&[route.name.method.as_str(), route.name.path], &histogram);
        }
    }
    page.single(&s::HTTP_IN_FLIGHT, Some(sources.in_flight));
    let mut samples = page.series(&s::HTTP_REFUSALS);
    for (code, count) in metrics.refusals.counted() {
        samples.sample(&[code], count);
    }
}

fn business(page: &mut Page, metrics: &Metrics, sources: &Sources<'_>) {
    for &(series, ref outcomes) in metrics.routes.iter().filter_map(|route| route.outcomes.as_ref()) {
        let mut samples = page.series(series);
        for (outcome, count) in outcomes.counted() {
            samples.sample(&[outcome], count);
        }
    }
    for (series, verdicts) in [(&s::VERIFICATIONS, &metrics.verifications), (&s::HEARTBEATS, &metrics.heartbeats)] {
        let mut samples = page.series(series);
        for (code, count) in verdicts.counted() {
            samples.sample(&[code], count);
        }
    }
    page.single(&s::CARD_KEYS_GENERATED, Some(metrics.card_keys_generated.value()));
    page.single(&s::SIGHTINGS_WAITING, Some(sources.sightings_waiting));
}

fn live(page: &mut Page, figures: &LiveFigures) {
    page.single(&s::LIVE_OPEN, Some(figures.open()));
    page.single(&s::LIVE_OPENED, Some(figures.opened()));
    let mut samples = page.series(&s::LIVE_CLOSED);
    for (code, count) in figures.closed() {
        samples.sample(&[&code.to_string()], count);
    }
    page.single(&s::LIVE_SENT, Some(figures.frames_sent()));
    page.single(&s::LIVE_RECEIVED, Some(figures.frames_taken()));
    page.single(&s::LIVE_LAG, Some(figures.lag_micros() as f64 / 1e6));
}

fn hashing(page: &mut Page, load: &HashingLoad) {
    page.single(&s::HASHING_PLACES, Some(load.places));
    page.single(&s::HASHING_IN_USE, Some(load.in_use));
    page.single(&s::HASHING_WAITING, Some(load.waiting));
    page.single(&s::HASHING_REFUSED, Some(load.refused));
}

fn database(page: &mut Page, report: &Report) {
    let is_up = report.answered_in.is_some();
    page.series(&s::DATABASE_UP).sample(&[report.database], u8::from(is_up));
    page.single(&s::DATABASE_PING, report.answered_in.map(|time| time.as_secs_f64()));
    let Load { connections, writer } = &report.load;
    let mut samples = page.series(&s::DATABASE_CONNECTIONS);
    samples.sample(&["busy"], connections.busy);
    samples.sample(&["idle"], connections.idle);
    page.single(&s::DATABASE_CONNECTIONS_MOST, Some(connections.most));
    page.single(&s::WRITER_WAITING, writer.as_ref().map(|writer| writer.waiting));
    let mut samples = page.series(&s::WRITER_GROUPS);
    if let Some(writer) = writer {
        let bounds = writer.groups.iter().map(|(most, _)| most.to_string());
        let counts: Vec<u64> = writer.groups.iter().map(|(_, count)| *count).collect();
        samples.histogram(&[], &Histogram::of(bounds, &counts, writer.units as f64));
    }
    let backlog = report.backlog.as_ref();
    page.single(&s::OUTBOX_WAITING, backlog.map(|backlog| backlog.waiting));
    page.single(&s::OUTBOX_OLDEST, is_up.then_some(report.outbox_waits.as_secs_f64()));
    page.single(&s::OUTBOX_RETRIES, backlog.map(|backlog| backlog.retries));
    page.single(&s::OUTBOX_DEAD, backlog.map(|backlog| backlog.dead));
    page.single(&s::AUDIT_UNSEALED, backlog.map(|backlog| backlog.unsealed));
}

fn process(page: &mut Page, sources: &Sources<'_>) {
    page.series(&s::BUILD).sample(&[env!("CARGO_PKG_VERSION")], 1);
    page.single(&s::PROCESS_START, Some(sources.started_at_seconds));
    let process = Process::look();
    page.single(&s::PROCESS_CPU, process.cpu_seconds);
    page.single(&s::PROCESS_MEMORY, process.resident_bytes);
    page.single(&s::PROCESS_THREADS, process.threads);
    page.single(&s::PROCESS_FILES, process.open_files);
}
