use std::collections::VecDeque;

use bytestring::ByteString;

/// Frames kept for one client.
const MOST_FRAMES: usize = 256;
/// Bytes kept for one client.
const MOST_BYTES: usize = 1024 * 1024;
/// What is handed to the socket at once; more is not taken before that much was written.
const PORTION: usize = 32 * 1024;
/// A reader of the log waits while more than this is unsent.
const FEW_FRAMES: usize = 32;

/// What waits to be written to one client, bounded in frames and bytes. The bytes of a frame are shared by all who get it.
#[derive(Debug, Default)]
pub(super) struct Queue {
    frames: VecDeque<ByteString>,
    bytes: usize,
}

impl Queue {
    /// Adds a frame; false when the client is too far behind, and then the frame is not added.
    pub(super) fn offer(&mut self, frame: ByteString) -> bool {
        if self.frames.len() >= MOST_FRAMES || (self.bytes + frame.len() > MOST_BYTES && !self.frames.is_empty()) {
            return false;
        }
        self.push(frame);
        true
    }

    /// Adds a frame whoever is behind: for answers, and for what is read only while there is room.
    pub(super) fn push(&mut self, frame: ByteString) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
    }

    /// Takes what is to be written next, a frame at least.
    pub(super) fn take_portion(&mut self, mut write: impl FnMut(ByteString)) {
        let mut size = 0;
        while let Some(frame) = self.frames.front() {
            if size > 0 && size + frame.len() > PORTION {
                break;
            }
            size += frame.len();
            if let Some(frame) = self.frames.pop_front() {
                write(frame);
            }
        }
        self.bytes -= size;
        if self.frames.is_empty() {
            // A client that keeps up needs no memory between frames.
            self.frames = VecDeque::new();
        }
    }

    /// Whether the log may be read on.
    pub(super) fn has_room(&self) -> bool {
        self.frames.len() <= FEW_FRAMES && self.bytes <= MOST_BYTES / 2
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Forgets what waits.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // WS-03
    #[test]
    fn a_queue_is_bounded_in_frames_and_in_bytes() {
        let mut queue = Queue::default();
        let taken = (0..1_000).filter(|_| queue.offer("x".into())).count();
        assert_eq!(taken, MOST_FRAMES);
        queue.clear();
        let large = ByteString::from("x".repeat(100_000));
        let taken = (0..1_000).filter(|_| queue.offer(large.clone())).count();
        assert_eq!(taken, MOST_BYTES / 100_000);
    }

    // WS-03
    #[test]
    fn portions_keep_the_order_and_hold_at_least_one_frame() {
        let mut queue = Queue::default();
        let frames: Vec<String> = (0..20).map(|n| format!("{n}{}", "x".repeat(n * 3_000))).collect();
        frames.iter().for_each(|frame| queue.push(frame.clone().into()));
        let mut seen = Vec::new();
        while !queue.is_empty() {
            let mut portion: Vec<ByteString> = Vec::new();
            queue.take_portion(|frame| portion.push(frame));
            assert!(!portion.is_empty());
            assert!(portion.len() == 1 || portion.iter().map(|frame| frame.len()).sum::<usize>() <= PORTION);
            seen.extend(portion.into_iter().map(|frame| frame.to_string()));
        }
        assert_eq!(seen, frames);
        assert_eq!(queue.bytes, 0);
    }
}
