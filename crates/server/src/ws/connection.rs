use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use bytestring::ByteString;
use cardkey_announce::{Reader, Seq};
use cardkey_domain::AnnouncementId;
use tokio::time::Instant;

use super::close::Close;
use super::entry::Entry;
use super::frame::ServerFrame;
use super::holder::Holder;
use super::limits::Place;
use super::outlet::{Outlet, Task};
use super::pulse::Pulse;
use super::sent::Sent;
use crate::http::{Code, Locale};

/// A client that is told to go gets this long to go by itself.
const LEAVES_WITHIN: Duration = Duration::from_secs(2);
/// A client may resume this often.
const RESUMES_EVERY: Duration = Duration::from_secs(1);

/// One client, as the thread that serves it sees it: what waits for it, how far it is, whether it is to go. The actor runs only while the
/// client reads; everything that must happen regardless happens here.
pub(super) struct Connection {
    pub(super) holder: Holder,
    pub(super) asked_at: Cell<Instant>,
    pub(super) pulse: Cell<Pulse>,
    reader: RefCell<Rc<Reader>>,
    locale: Locale,
    progress: Cell<Progress>,
    resumed_at: Cell<Option<Instant>>,
    turn: Cell<u32>,
    outlet: Outlet,
    sent: RefCell<Sent>,
    closing: Cell<Option<(Close, Instant)>>,
    is_cut_off: Cell<bool>,
    _place: Option<Place>,
}

/// Where a client stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It was greeted at a number and has not said yet whether it resumes. What comes meanwhile is held back, up to the last number here;
    /// `None` when it was too much.
    Held { at: Seq, since: Instant, after: Option<Seq> },
    /// The log is read for it.
    Behind,
    /// It gets what comes after this number as it comes.
    Live { after: Seq },
}

impl Connection {
    pub(super) fn new(holder: Holder, reader: Reader, locale: Locale, at: Seq, place: Option<Place>) -> Self {
        let now = Instant::now();
        Self {
            holder,
            asked_at: Cell::new(now),
            pulse: Cell::new(Pulse::since(now)),
            reader: RefCell::new(Rc::new(reader)),
            locale,
            progress: Cell::new(Progress::Held { at, since: now, after: Some(at) }),
            resumed_at: Cell::new(None),
            turn: Cell::new(0),
            outlet: Outlet::default(),
            sent: RefCell::default(),
            closing: Cell::new(None),
            is_cut_off: Cell::new(false),
            _place: place,
        }
    }

    pub(super) fn reader(&self) -> Rc<Reader> {
        Rc::clone(&self.reader.borrow())
    }

    pub(super) fn replace_reader(&self, reader: Reader) -> Rc<Reader> {
        self.reader.replace(Rc::new(reader))
    }

    pub(super) fn progress(&self) -> Progress {
        self.progress.get()
    }

    /// Hands over an entry of the log as it comes. A client for whom too much waits is closed.
    pub(super) fn offer(&self, entry: &Entry) {
        if self.is_closing() {
            return;
        }
        match self.progress.get() {
            Progress::Held { at, since, after: Some(after) } if entry.seq > after => {
                let is_held = self.outlet.offer(entry.text.clone());
                self.progress.set(Progress::Held { at, since, after: is_held.then_some(entry.seq) });
                self.note_sent(entry);
            }
            Progress::Live { after } if entry.seq > after => {
                if !self.outlet.offer(entry.text.clone()) {
                    self.close(Close::TooSlow);
                    return;
                }
                self.progress.set(Progress::Live { after: entry.seq });
                self.note_sent(entry);
                self.outlet.wake_actor();
            }
            Progress::Held { .. } | Progress::Behind | Progress::Live { .. } => {}
        }
    }

    /// Lets go of what was held back. Where that was too much, tells from which number on the log is to be read.
    pub(super) fn release(&self) -> Option<Seq> {
        let Progress::Held { at, after, .. } = self.progress.get() else { return None };
        let Some(after) = after else { return Some(at) };
        self.progress.set(Progress::Live { after });
        self.outlet.wake_actor();
        None
    }

    /// Whether the client may resume now. A try that is refused does not make it wait longer.
    pub(super) fn may_resume(&self, now: Instant) -> bool {
        let may = self.resumed_at.get().is_none_or(|before| now.duration_since(before) >= RESUMES_EVERY);
        if may {
            self.resumed_at.set(Some(now));
        }
        may
    }

    /// From here on the log is read for the client; whoever read it before stops. What waited is read again.
    pub(super) fn begin_catching_up(&self) -> u32 {
        self.progress.set(Progress::Behind);
        self.sent.borrow_mut().clear();
        self.turn.set(self.turn.get().wrapping_add(1));
        self.outlet.clear();
        self.turn.get()
    }

    /// Hands over an entry that was read from the log for this client.
    pub(super) fn catch_up_with(&self, entry: &Entry) {
        self.outlet.push(entry.text.clone());
        self.note_sent(entry);
    }

    /// Everything up to this number was read for the client.
    pub(super) fn end_catching_up(&self, after: Seq) {
        self.progress.set(Progress::Live { after });
    }

    /// Waits until more of the log may be read for the client; false when it is to go, or somebody else reads.
    pub(super) async fn room(&self, turn: u32) -> bool {
        poll_fn(
            |context| {
                if self.is_turn(turn) { self.outlet.poll_room(context).map(|()| true) } else { Poll::Ready(false) }
            },
        )
        .await
    }

    pub(super) fn is_turn(&self, turn: u32) -> bool {
        self.turn.get() == turn && !self.is_closing()
    }

    /// The announcements that arrived, up to this number.
    pub(super) fn acknowledge(&self, seq: Seq) -> Vec<AnnouncementId> {
        self.sent.borrow_mut().acknowledge(seq)
    }

    /// Whether the announcement was sent to the client of late.
    pub(super) fn was_sent(&self, id: AnnouncementId) -> bool {
        self.sent.borrow().holds(id)
    }

    /// Answers the client. Answers do not queue behind entries, and there are no more of them than frames it could send while it reads.
    pub(super) fn say(&self, frame: &ServerFrame<'_>) {
        self.outlet.order(Task::Say(frame.text()));
    }

    /// Tells the client what is wrong with its frame.
    pub(super) fn refuse(&self, code: Code) {
        self.say(&ServerFrame::error(code, self.locale));
    }

    /// Tells the client what is wrong with its frame, and that this is the end.
    pub(super) fn refuse_and_close(&self, code: Code) {
        if !self.is_closing() {
            self.refuse(code);
            self.close(Close::BadFrame(code.as_str()));
        }
    }

    /// Ends the connection with a reason. What waited for the client is dropped: it resumes elsewhere.
    pub(super) fn close(&self, close: Close) {
        if self.is_closing() {
            return;
        }
        self.closing.set(Some((close, Instant::now() + LEAVES_WITHIN)));
        self.outlet.clear();
        self.outlet.order(Task::Close(close));
    }

    /// Why it is to go, if it is.
    pub(super) fn closing(&self) -> Option<Close> {
        self.closing.get().map(|(close, _)| close)
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.get().is_some()
    }

    /// Until when the client may leave by itself, once it was told to.
    pub(super) fn leaves_by(&self) -> Option<Instant> {
        self.closing.get().map(|(_, by)| by)
    }

    /// Stops writing to the client. One that does not read cannot be told; the system gives it up in its own time (`http/server.rs`).
    pub(super) fn cut_off(&self) {
        if !self.is_cut_off.replace(true) {
            self.outlet.order(Task::Stop);
        }
    }

    pub(super) fn heard(&self) {
        self.pulse.set(self.pulse.get().heard(Instant::now()));
    }

    pub(super) fn ping(&self, now: Instant) {
        self.pulse.set(self.pulse.get().asked(now));
        self.outlet.order(Task::Ping);
    }

    /// What the actor is to do next.
    pub(super) fn poll_task(&self, waker: &Waker) -> Poll<Task> {
        let is_held = matches!(self.progress.get(), Progress::Held { .. });
        self.outlet.poll_task(!is_held && !self.is_closing(), waker)
    }

    /// Takes a portion of what waits.
    pub(super) fn take_portion(&self, write: impl FnMut(ByteString)) {
        self.outlet.take_portion(write);
    }

    fn note_sent(&self, entry: &Entry) {
        if let Some(announcement) = entry.announcement {
            self.sent.borrow_mut().note(entry.seq, announcement);
        }
    }
}

#[cfg(test)]
mod tests;
