use std::fmt::{self, Debug, Write};
use std::sync::Arc;

use cardkey_domain::Clock;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::request;
use crate::config::LogFormat;

/// Writes one event as one line.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) format: LogFormat,
    pub(super) clock: Arc<dyn Clock>,
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields(Map::new());
        event.record(&mut fields);
        let message = fields.0.remove("message");
        let metadata = event.metadata();
        let (time, level, target) = (self.clock.now(), metadata.level(), metadata.target());
        let request = request::current();
        let request = request.as_ref().and_then(|name| name.to_str().ok());
        match self.format {
            LogFormat::Text => {
                write!(writer, "{time} {level:>5} {target}")?;
                if let Some(request) = request {
                    write!(writer, " [{request}]")?;
                }
                write!(writer, " {}", Plain(message.as_ref().unwrap_or(&Value::Null)))?;
                for (name, value) in &fields.0 {
                    write!(writer, " {name}={}", Plain(value))?;
                }
                writeln!(writer)
            }
            LogFormat::Json => {
                let mut line = Map::new();
                line.insert("time".into(), time.to_string().into());
                line.insert("level".into(), level.as_str().into());
                line.insert("target".into(), target.into());
                line.extend(request.map(|request| ("request_id".into(), request.into())));
                line.extend(message.map(|message| ("message".into(), message)));
                line.insert("fields".into(), fields.0.into());
                writeln!(writer, "{}", Value::Object(line))
            }
        }
    }
}

/// A value in a text line: control characters are escaped, so that nothing can forge a line of its own.
struct Plain<'a>(&'a Value);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => Ok(()),
            Value::String(text) => text.chars().try_for_each(|c| match c {
                c if c.is_control() => write!(f, "{}", c.escape_default()),
                c => f.write_char(c),
            }),
            other => write!(f, "{other}"),
        }
    }
}

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }
}

#[cfg(test)]
mod tests;
