//! What follows from what (EVT-04): the one table of it. Whatever follows in the unit of work of the change itself is named here too, so
//! that the table is whole; only handlers do something afterwards.

use std::fmt::Write;

use cardkey_events::{Event, Happening};

/// The names of the handlers; they stand in the database beside what failed, so they never change.
pub(super) const FORGET_STANDINGS: &str = "forget_standings";
pub(super) const FOLLOW_MAINTENANCE: &str = "follow_maintenance";
pub(super) const LOG: &str = "log";
pub(super) const WATCH_CONNECTIONS: &str = "watch_connections";
pub(super) const SECURITY_AUDIT: &str = "security_audit";
pub(super) const TELL_OWNERS: &str = "tell_owners";

/// Who sees to it that something follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The unit of work of the change: it is there with the change or neither is.
    TheChange,
    /// The handler of this name, soon after the commit, at least once.
    Handler(&'static str),
}

/// Something that follows from events.
pub(super) struct Link {
    /// The events; empty stands for every event.
    pub(super) on: &'static [&'static str],
    pub(super) by: By,
    /// What follows, for people.
    pub(super) what: &'static str,
}

#[rustfmt::skip]
pub(super) const LINKAGE: &[Link] = &[
    Link { on: &["user.login", "user.logout"],  by: By::TheChange, what: "an audit row" },
    Link { on: &["card_key.activated"],         by: By::TheChange, what: "the device is bound, an audit row" },
    Link { on: &["device.offline", "device.online"], by: By::TheChange, what: "an audit row for each hundred that went or came back together" },
    Link { on: &["device.unbound"],             by: By::TheChange, what: "the seat is free, older verdicts of the device are worth nothing, an audit row" },
    Link { on: &["card_key.activated", "card_key.expiring", "card_key.expired"], by: By::Handler(TELL_OWNERS), what: "the owner is told: a notice in the inbox, and the event itself to clients that watch" },
    Link { on: &["app.maintenance.start"],      by: By::TheChange, what: "sign-ins with the app's `app_id`, activations and starts of the app are refused" },
    Link { on: &["app.maintenance.scheduled", "app.maintenance.start", "app.maintenance.end"], by: By::Handler(FOLLOW_MAINTENANCE), what: "an announcement to the app's users, taken back at the end, and the event itself to clients that watch" },
    Link { on: &["announcement.published", "announcement.withdrawn"], by: By::TheChange, what: "an entry of the live log, which connected clients get at once and others when they come back" },
    Link { on: &["device.anomaly", "session.token_reuse", "user.locked"], by: By::Handler(SECURITY_AUDIT), what: "an audit row of level WARNING for those who watch over security" },
    Link { on: &["user.changed"],               by: By::Handler(FORGET_STANDINGS), what: "verdicts no longer rest on what was remembered of the account" },
    Link { on: &["user.logout", "user.changed", "user.password_changed", "session.ended", "session.token_reuse", "blacklist.added", "app.changed", "card_key.disabled", "card_key.expired", "card_key.changed", "device.unbound"], by: By::Handler(WATCH_CONNECTIONS), what: "live connections that have lost what let them in are closed" },
    Link { on: &["card_key.activated", "user_group.changed", "user_group.deleted"], by: By::Handler(WATCH_CONNECTIONS), what: "live connections are told what their app and group are told from now on" },
    Link { on: &[],                             by: By::Handler(LOG), what: "a line in the log at level debug" },
];

/// Whether a handler is linked to an event.
pub(super) fn is_linked(handler: &str, event: &Event) -> bool {
    let name = event.happening.name();
    let links = LINKAGE.iter().filter(|link| link.by == By::Handler(handler_name(handler)));
    links.into_iter().any(|link| link.on.is_empty() || link.on.contains(&name))
}

/// The table's own text of a name, so that it can be compared with it.
fn handler_name(name: &str) -> &'static str {
    let named = LINKAGE.iter().filter_map(|link| match link.by {
        By::Handler(handler) => Some(handler),
        By::TheChange => None,
    });
    named.into_iter().find(|handler| *handler == name).unwrap_or_default()
}

/// `docs/events.md`: the catalogue and this table between texts that stand in `events.md` beside this file.
#[cfg_attr(not(test), allow(dead_code, reason = "the documents are made by a test"))]
pub(super) fn document() -> String {
    let (head, foot) = include_str!("events.md").split_once("{{tables}}\n").unwrap_or_default();
    let mut text = head.to_owned();
    for kind in Happening::CATALOGUE {
        let _infallible =
            write!(text, "\n### `{}`\n\n{}\n\n| field | value |\n|---|---|\n", kind.name, kind.about.trim());
        for field in kind.fields {
            let value = field.json().unwrap_or_default();
            let _infallible = writeln!(text, "| `{}` | {value} |", field.name);
        }
    }
    text.push_str("\n## What follows from what\n\n| event | what follows | by |\n|---|---|---|\n");
    for link in LINKAGE {
        let names: Vec<String> = link.on.iter().map(|name| format!("`{name}`")).collect();
        let names = if names.is_empty() { "every event".to_owned() } else { names.join(", ") };
        let by = match link.by {
            By::TheChange => "the change itself".to_owned(),
            By::Handler(name) => format!("handler `{name}`"),
        };
        let _infallible = writeln!(text, "| {names} | {} | {by} |", link.what);
    }
    text.push_str(foot);
    text
}

#[cfg(test)]
mod tests;
