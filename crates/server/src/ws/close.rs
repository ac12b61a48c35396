use std::borrow::Cow;

use actix_web_actors::ws::{CloseCode, CloseReason};

/// Why the server closes a connection. The numbers are the contract with clients (docs/websocket.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Close {
    /// 1001: the server goes away; come back after this many milliseconds.
    GoingAway { retry_after_ms: u64 },
    /// 4001: the session that let the connection in is over; why.
    SessionOver(&'static str),
    /// 4003: the account, device, address or licence is not let in any more; why.
    Forbidden(&'static str),
    /// 4008: more waits for the client than is kept for one. It resumes where it was.
    TooSlow,
    /// 4009: the account or the address has too many connections.
    TooMany,
    /// 4010: a frame that is none of ours; its error code.
    BadFrame(&'static str),
}

impl Close {
    /// The numbers there are.
    pub(crate) const CODES: [u16; 6] = [1001, 4001, 4003, 4008, 4009, 4010];

    /// The number on the wire.
    pub(crate) fn code(self) -> u16 {
        match self {
            Self::GoingAway { .. } => 1001,
            Self::SessionOver(_) => 4001,
            Self::Forbidden(_) => 4003,
            Self::TooSlow => 4008,
            Self::TooMany => 4009,
            Self::BadFrame(_) => 4010,
        }
    }

    /// What stands beside the number, for programs: a number of milliseconds with 1001, a word with the others.
    fn reason(self) -> Cow<'static, str> {
        match self {
            Self::GoingAway { retry_after_ms } => retry_after_ms.to_string().into(),
            Self::SessionOver(why) | Self::Forbidden(why) | Self::BadFrame(why) => why.into(),
            Self::TooSlow => "too_slow".into(),
            Self::TooMany => "too_many_connections".into(),
        }
    }
}

impl From<Close> for CloseReason {
    fn from(close: Close) -> Self {
        Self { code: CloseCode::from(close.code()), description: Some(close.reason().into_owned()) }
    }
}
