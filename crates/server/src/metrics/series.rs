//! Every series there is, with its meaning: the one table of it. What is not here is not printed.

/// A series, or a family of them that differ in their labels.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) labels: &'static [&'static str],
    pub(super) about: &'static str,
}

/// What its numbers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// They rise, from nothing at the start of the process.
    Counter,
    /// They rise and fall.
    Gauge,
    /// They are counted by size.
    Histogram,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

macro_rules! series {
    ($($(#[doc = $about:literal])+ $constant:ident = $kind:ident $name:literal [$($label:literal),*];)+) => {
        $(
            $(#[doc = $about])+
            pub(in crate::metrics) static $constant: Series =
                Series { name: $name, kind: Kind::$kind, labels: &[$($label),*], about: concat!($($about),+) };
        )+

        /// All of them, in the order in which they are documented.
        #[cfg(test)]
        pub(in crate::metrics) static ALL: &[&Series] = &[$(&$constant),+];
    };
}

#[rustfmt::skip]
mod table {
    use super::{Kind, Series};

    series! {
        /// Requests answered, by method, route (its pattern; `unmatched` where none takes it) and class of the status (`2xx`).
        HTTP_REQUESTS = Counter "cardkey_http_requests_total" ["method", "route", "status"];
        /// How long a request took from its head to the head of its answer. Routes that were not asked yet are left out.
        HTTP_DURATION = Histogram "cardkey_http_request_duration_seconds" ["method", "route"];
        /// Requests that are being answered, files that are being sent among them.
        HTTP_IN_FLIGHT = Gauge "cardkey_http_requests_in_flight" [];
        /// Refusals and failures by their stable code, as in errors.md. Codes that did not occur are left out.
        HTTP_REFUSALS = Counter "cardkey_http_refusals_total" ["code"];

        /// Sign-ins: `ok`, or the code of the refusal.
        SIGN_INS = Counter "cardkey_sign_ins_total" ["outcome"];
        /// Activations of card keys: `ok`, or the code of the refusal.
        ACTIVATIONS = Counter "cardkey_activations_total" ["outcome"];
        /// Verifications by the code of their verdict.
        VERIFICATIONS = Counter "cardkey_verifications_total" ["code"];
        /// Heartbeats by the code of their verdict.
        HEARTBEATS = Counter "cardkey_heartbeats_total" ["code"];
        /// Card keys that were generated.
        CARD_KEYS_GENERATED = Counter "cardkey_card_keys_generated_total" [];
        /// Devices whose last sighting waits to be written down.
        SIGHTINGS_WAITING = Gauge "cardkey_sightings_waiting" [];

        /// Live connections that are open.
        LIVE_OPEN = Gauge "cardkey_live_connections" [];
        /// Live connections that were opened.
        LIVE_OPENED = Counter "cardkey_live_connections_opened_total" [];
        /// Live connections that the server closed, by close code.
        LIVE_CLOSED = Counter "cardkey_live_connections_closed_total" ["code"];
        /// Entries of the live log that were handed to sockets.
        LIVE_SENT = Counter "cardkey_live_frames_sent_total" [];
        /// Frames that clients sent, answers to pings among them.
        LIVE_RECEIVED = Counter "cardkey_live_frames_received_total" [];
        /// How old the newest entry of the live log was when every connection of a thread had it.
        LIVE_LAG = Gauge "cardkey_live_lag_seconds" [];

        /// Places for passwords to be hashed, in work and in the queue.
        HASHING_PLACES = Gauge "cardkey_hashing_places" [];
        /// Places that are taken.
        HASHING_IN_USE = Gauge "cardkey_hashing_places_in_use" [];
        /// Callers who wait for a place.
        HASHING_WAITING = Gauge "cardkey_hashing_waiting" [];
        /// Callers who got no place.
        HASHING_REFUSED = Counter "cardkey_hashing_refused_total" [];

        /// 1 while the database answers. While it does not, what is read from it is left out.
        DATABASE_UP = Gauge "cardkey_database_up" ["kind"];
        /// How long its last sign of life took.
        DATABASE_PING = Gauge "cardkey_database_ping_seconds" [];
        /// Connections to the database (on SQLite those that read), `busy` and `idle`.
        DATABASE_CONNECTIONS = Gauge "cardkey_database_connections" ["state"];
        /// How many there may be.
        DATABASE_CONNECTIONS_MOST = Gauge "cardkey_database_connections_max" [];
        /// Units of work that wait for their turn to write (SQLite; databases of their own queue elsewhere).
        WRITER_WAITING = Gauge "cardkey_database_writer_waiting" [];
        /// How many units of work shared one commit (SQLite).
        WRITER_GROUPS = Histogram "cardkey_database_group_units" [];

        /// Events that wait for their handlers, counted up to 10,000.
        OUTBOX_WAITING = Gauge "cardkey_outbox_waiting" [];
        /// How long the oldest of them has waited.
        OUTBOX_OLDEST = Gauge "cardkey_outbox_oldest_seconds" [];
        /// Deliveries that a handler failed at and that will be tried again, counted up to 10,000.
        OUTBOX_RETRIES = Gauge "cardkey_outbox_retries" [];
        /// Dead letters, counted up to 10,000.
        OUTBOX_DEAD = Gauge "cardkey_outbox_dead_letters" [];
        /// Audit rows that the chain does not hold yet, counted up to 10,000.
        AUDIT_UNSEALED = Gauge "cardkey_audit_unsealed" [];

        /// 1, with the version of the program.
        BUILD = Gauge "cardkey_build_info" ["version"];
        /// When the server started, in seconds since 1970.
        PROCESS_START = Gauge "process_start_time_seconds" [];
        /// CPU time of the process.
        PROCESS_CPU = Counter "process_cpu_seconds_total" [];
        /// Memory of the process that is in RAM.
        PROCESS_MEMORY = Gauge "process_resident_memory_bytes" [];
        /// Threads of the process.
        PROCESS_THREADS = Gauge "process_threads" [];
        /// Files and sockets that the process holds open.
        PROCESS_FILES = Gauge "process_open_fds" [];
    }
}

pub(super) use table::*;

/// `docs/metrics.md`: this table between texts that stand in `metrics.md` beside this file.
#[cfg(test)]
fn document() -> String {
    use std::fmt::Write;

    let (head, foot) = include_str!("metrics.md").split_once("{{series}}\n").unwrap_or_default();
    let mut text = format!("{head}| series | kind | labels | meaning |\n|---|---|---|---|\n");
    for series in ALL {
        let labels: Vec<String> = series.labels.iter().map(|label| format!("`{label}`")).collect();
        let (kind, labels, about) = (series.kind.as_str(), labels.join(", "), series.about.trim());
        let _infallible = writeln!(text, "| `{}` | {kind} | {labels} | {about} |", series.name);
    }
    text.push_str(foot);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    // OPS-06
    #[test]
    fn the_document_is_what_the_table_says() {
        crate::documents::check("docs/metrics.md", &document());
    }

    // OPS-06
    #[test]
    fn names_are_as_prometheus_wants_them() {
        let mut names: Vec<&str> = ALL.iter().map(|series| series.name).collect();
        for series in ALL {
            let is_total = series.name.ends_with("_total");
            assert_eq!(is_total, series.kind == Kind::Counter, "{}", series.name);
            assert!(series.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }
}
