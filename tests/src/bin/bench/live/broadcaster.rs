use std::time::Duration;

use crate::process::{CpuTime, Memory};

/// A server that says to everybody who is connected what it is told once.
pub(super) trait Broadcaster {
    /// For people.
    fn name(&self) -> &'static str;

    /// Where it listens.
    fn port(&self) -> u16;

    /// The request by which client number so-and-so connects.
    fn upgrade(&self, client: usize) -> String;

    /// Messages that each client gets before anything is said.
    fn greetings(&self) -> usize;

    /// Makes so many messages ready to be said, where that is a step of its own.
    async fn prepare(&mut self, messages: usize);

    /// Says the next message; how long the answer took.
    async fn say(&mut self) -> Duration;

    /// Processor time so far.
    fn cpu(&self) -> CpuTime;

    /// Resident memory.
    fn memory(&self) -> Memory;
}

/// The head of an upgrade to WebSocket. Nobody checks what answers the key, so one does for all.
pub(super) fn upgrade(path: &str, more: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
    )
}
