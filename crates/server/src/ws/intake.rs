//! What a client sends, watched before it is decoded: the decoder would keep a frame of any announced length in memory until it is whole,
//! and would queue any number of small ones.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::web::Payload;
use bytes::Bytes;
use futures::Stream;
use tokio::time::Instant;

use super::connection::Connection;
use crate::http::Code;

/// A frame of a client is at most this long.
pub(super) const LONGEST_FRAME: usize = 64 * 1024;
/// Frames that a client may send at once …
const BURST: u32 = 200;
/// … and after that, one in this time.
const FRAME_EVERY: Duration = Duration::from_millis(10);

/// The bytes of a client. Ends the connection at the first frame that is too long, and when there are too many; what comes after that is
/// thrown away, so that the client gets to read why.
pub(super) struct Intake {
    payload: Payload,
    connection: Rc<Connection>,
    watch: FrameWatch,
    has_given_up: bool,
}

impl Intake {
    pub(super) fn of(payload: Payload, connection: Rc<Connection>) -> Self {
        Self { payload, connection, watch: FrameWatch::new(Instant::now()), has_given_up: false }
    }
}

impl Stream for Intake {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let chunk = match Pin::new(&mut this.payload).poll_next(context) {
                Poll::Ready(Some(Ok(chunk))) => chunk,
                // The socket broke; that it ended is all there is to know.
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            };
            this.connection.heard();
            if this.has_given_up {
                continue;
            }
            match this.watch.see(&chunk, Instant::now()) {
                Ok(()) => return Poll::Ready(Some(Ok(chunk))),
                Err(code) => {
                    this.has_given_up = true;
                    this.connection.refuse_and_close(code);
                }
            }
        }
    }
}

/// Follows the headers of frames (RFC 6455 section 5.2) through chunks of any size.
struct FrameWatch {
    header: [u8; 14],
    seen: usize,
    /// Bytes of the payload that are to come.
    rest: u64,
    tokens: u32,
    filled_at: Instant,
}

impl FrameWatch {
    fn new(now: Instant) -> Self {
        Self { header: [0; 14], seen: 0, rest: 0, tokens: BURST, filled_at: now }
    }

    fn see(&mut self, mut chunk: &[u8], now: Instant) -> Result<(), Code> {
        while let Some((&first, after)) = chunk.split_first() {
            if self.rest > 0 {
                let skipped = usize::try_from(self.rest).unwrap_or(usize::MAX).min(chunk.len());
                self.rest -= skipped as u64;
                chunk = &chunk[skipped..];
                continue;
            }
            self.header[self.seen] = first;
            self.seen += 1;
            chunk = after;
            if self.seen >= 2 && self.seen == self.header_length() {
                self.begin(now)?;
            }
        }
        Ok(())
    }

    fn header_length(&self) -> usize {
        let length = match self.header[1] & 0x7F {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        if self.header[1] & 0x80 == 0 { length } else { length + 4 }
    }

    fn begin(&mut self, now: Instant) -> Result<(), Code> {
        let [_, short, rest @ ..] = self.header;
        self.rest = match short & 0x7F {
            126 => u64::from(u16::from_be_bytes([rest[0], rest[1]])),
            127 => u64::from_be_bytes([rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6], rest[7]]),
            short => u64::from(short),
        };
        self.seen = 0;
        if self.rest > LONGEST_FRAME as u64 {
            return Err(Code::FrameTooLong);
        }
        if self.spend(now) { Ok(()) } else { Err(Code::FrameFlood) }
    }

    fn spend(&mut self, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.filled_at).as_millis() / FRAME_EVERY.as_millis();
        if earned > 0 {
            self.tokens = self.tokens.saturating_add(u32::try_from(earned).unwrap_or(BURST)).min(BURST);
            self.filled_at = now;
        }
        let has = self.tokens > 0;
        self.tokens = self.tokens.saturating_sub(1);
        has
    }
}

#[cfg(test)]
mod tests;
