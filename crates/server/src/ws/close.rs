use std::borrow::Cow;

use actix_web_actors::ws::{CloseCode, CloseReason};

/// Why the server closes a connection. The numbers are the contract with clients (docs/websocket.md).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Close {
    /// 1001: the server goes away; come back after this many milliseconds.
    GoingAway { retry_after_ms: u64 },
    /// 4001: the session that let the connection in is over; why, where that is known.
    SessionOver(&'static str),
    /// 4003: the account, device, address or licence is not let in any more.
    Forbidden(&'static str),
    /// 4008: more waits for the client than is kept for one. It resumes where it was.
    TooSlow,
    /// 4009: the account or the address has too many connections.
    TooMany,
    /// 4010: a frame that is none of ours.
    BadFrame(&'static str),
}

impl Close {
    /// The number on the wire.
    pub(crate) fn code(&self) -> u16 {
        match self {
            Self::GoingAway { .. } => 1001,
            Self::SessionOver(_) => 4001,
            Self::Forbidden(_) => 4003,
            Self::TooSlow => 4008,
            Self::TooMany => 4009,
            Self::BadFrame(_) => 4010,
        }
    }

    /// What stands beside the number: for programs with 1001, for people with the others.
    fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::GoingAway { retry_after_ms } => retry_after_ms.to_string().into(),
            Self::SessionOver(why) | Self::Forbidden(why) | Self::BadFrame(why) => (*why).into(),
            Self::TooSlow => "too slow".into(),
            Self::TooMany => "too many connections".into(),
        }
    }

    /// Whether what the client still sends is worth reading.
    pub(super) fn distrusts_client(&self) -> bool {
        matches!(self, Self::BadFrame(_))
    }
}

impl From<&Close> for CloseReason {
    fn from(close: &Close) -> Self {
        Self { code: CloseCode::from(close.code()), description: Some(close.reason().into_owned()) }
    }
}
