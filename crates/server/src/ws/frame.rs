//! The frames of docs/websocket.md: what clients say, read once and strictly, and what the server says to one of them.

use bytestring::ByteString;
use cardkey_announce::{Epoch, Seq};
use cardkey_domain::{AnnouncementId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::http::{Code, Locale};

/// The largest number of an entry that any database has.
const LAST: Seq = Seq(i64::MAX as u64);

/// A frame of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum ClientFrame {
    /// Send what came after this number of this epoch.
    Resume { epoch: String, seq: Seq },
    /// Everything up to this number has arrived.
    Ack { seq: Seq },
    /// The reader has seen the announcement.
    Read { announcement_id: AnnouncementId },
    /// The reader has confirmed the announcement.
    Confirm { announcement_id: AnnouncementId },
    /// Say something.
    Ping {},
}

impl ClientFrame {
    /// Reads a frame. Anything that is not exactly one of the above is refused.
    pub(super) fn parse(text: &str) -> Result<Self, Code> {
        let frame = serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data if error.to_string().starts_with("unknown variant") => {
                Code::FrameUnknownType
            }
            serde_json::error::Category::Data => Code::FrameInvalid,
            _ => Code::FrameMalformedJson,
        })?;
        match frame {
            Self::Resume { seq, .. } | Self::Ack { seq } if seq > LAST => Err(Code::FrameInvalid),
            frame => Ok(frame),
        }
    }
}

/// A frame of the server that is for one connection. What is for many comes from the log, see [`super::entry`].
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerFrame<'a> {
    /// The first frame: where the log stands.
    Hello { connection_id: &'a str, epoch: Epoch, seq: Seq, server_time: Timestamp, ping_seconds: u64 },
    /// The answer to `ping`.
    Pong { server_time: Timestamp },
    /// A frame of the client was refused.
    Error { code: &'static str, message: &'static str },
}

impl ServerFrame<'_> {
    /// A refusal in the client's language.
    pub(super) fn error(code: Code, locale: Locale) -> Self {
        Self::Error { code: code.as_str(), message: code.message().in_locale(locale) }
    }

    /// The frame as text.
    pub(super) fn text(&self) -> ByteString {
        serde_json::to_string(self).unwrap_or_default().into()
    }
}

#[cfg(test)]
mod tests;
