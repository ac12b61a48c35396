//! As much of WebSocket (RFC 6455) as a client that only listens needs.

/// What a client found in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A text or binary message of so many bytes.
    Message { bytes: usize },
    /// A ping without or with a payload; the whole frame ends after so many bytes.
    Ping { start: usize, end: usize },
    /// The server ends the connection.
    Close,
}

/// The first whole frame of `bytes`, and where the next begins.
pub(super) fn next_frame(bytes: &[u8]) -> Option<(Found, usize)> {
    let [first, second, rest @ ..] = bytes else { return None };
    let (length, head): (usize, usize) = match second & 0x7F {
        126 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(*rest.first_chunk()?)).ok()?, 10),
        short => (usize::from(short), 2),
    };
    let end = head.checked_add(length)?;
    if bytes.len() < end {
        return None;
    }
    let found = match first & 0x0F {
        0x8 => Found::Close,
        0x9 => Found::Ping { start: head, end },
        _ => Found::Message { bytes: length },
    };
    Some((found, end))
}

/// The answer to a ping. Clients mask what they send; a mask of zeros leaves it as it is.
pub(super) fn pong(payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap_or(0).min(125);
    let mut frame = vec![0x8A, 0x80 | length, 0, 0, 0, 0];
    frame.extend_from_slice(&payload[..usize::from(length)]);
    frame
}
