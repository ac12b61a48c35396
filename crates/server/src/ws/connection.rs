use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
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
use super::holder::Holder;
use super::limits::Place;
use super::queue::Queue;
use super::socket::Socket;

/// Announcements whose arrival is not acknowledged, kept for one client; of more, the oldest are not counted as delivered.
const MOST_UNACKNOWLEDGED: usize = 1_024;
/// A client that is told to go gets this long to go by itself.
const LEAVES_WITHIN: Duration = Duration::from_secs(2);

/// One client, as the thread that serves it sees it: what waits for it, how far it is, whether it is to go. The actor writes to the socket
/// only while the client reads; everything that must happen regardless happens here.
pub(super) struct Connection {
    pub(super) name: String,
    pub(super) holder: Holder,
    pub(super) reader: RefCell<Rc<Reader>>,
    pub(super) asked_at: Cell<Instant>,
    pub(super) progress: Cell<Progress>,
    pub(super) resumed_at: Cell<Option<Instant>>,
    queue: RefCell<Queue>,
    tasks: RefCell<VecDeque<Task>>,
    unacknowledged: RefCell<VecDeque<(Seq, AnnouncementId)>>,
    heard_at: Cell<Instant>,
    pinged_at: Cell<Instant>,
    closing: RefCell<Option<(Close, Instant)>>,
    actor: Cell<Option<Waker>>,
    log_reader: Cell<Option<Waker>>,
    socket: Option<Socket>,
    _place: Option<Place>,
}

/// Where a client stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It was greeted at this number and has not said yet whether it resumes.
    Greeted { at: Seq, since: Instant },
    /// The log is read for it.
    Behind,
    /// It gets what comes after this number as it comes.
    Live { after: Seq },
}

/// What the actor is to do.
#[derive(Debug)]
pub(super) enum Task {
    /// Read the log for the client from this number on.
    CatchUp(Seq),
    Ping,
    Close(Close),
    /// Say no more.
    Stop,
    Write(Vec<ByteString>),
}

impl Connection {
    pub(super) fn new(
        name: String,
        holder: Holder,
        reader: Reader,
        at: Seq,
        socket: Option<Socket>,
        place: Option<Place>,
    ) -> Self {
        let now = Instant::now();
        Self {
            name,
            holder,
            reader: RefCell::new(Rc::new(reader)),
            asked_at: Cell::new(now),
            progress: Cell::new(Progress::Greeted { at, since: now }),
            resumed_at: Cell::new(None),
            queue: RefCell::default(),
            tasks: RefCell::default(),
            unacknowledged: RefCell::default(),
            heard_at: Cell::new(now),
            pinged_at: Cell::new(now),
            closing: RefCell::new(None),
            actor: Cell::new(None),
            log_reader: Cell::new(None),
            socket,
            _place: place,
        }
    }

    /// Hands over an entry of the log as it comes. A client for whom too much waits is closed.
    pub(super) fn offer(&self, entry: &Entry) {
        let Progress::Live { after } = self.progress.get() else { return };
        if entry.seq <= after || self.is_closing() {
            return;
        }
        if !self.queue.borrow_mut().offer(entry.text.clone()) {
            self.close(Close::TooSlow);
            return;
        }
        self.progress.set(Progress::Live { after: entry.seq });
        self.await_acknowledgement(entry);
        self.wake();
    }

    /// Hands over an entry that was read from the log for this client.
    pub(super) fn catch_up_with(&self, entry: &Entry) {
        self.queue.borrow_mut().push(entry.text.clone());
        self.await_acknowledgement(entry);
        self.wake();
    }

    /// Answers the client.
    pub(super) fn say(&self, frame: ByteString) {
        if self.queue.borrow_mut().offer(frame) {
            self.wake();
        } else {
            self.close(Close::TooSlow);
        }
    }

    /// Starts to send from this number on, whatever was sent before.
    pub(super) fn rewind(&self, to: Seq) {
        self.progress.set(Progress::Behind);
        self.queue.borrow_mut().clear();
        self.unacknowledged.borrow_mut().clear();
        self.order(Task::CatchUp(to));
    }

    /// The announcements that arrived, up to this number.
    pub(super) fn acknowledge(&self, seq: Seq) -> Vec<AnnouncementId> {
        let mut waiting = self.unacknowledged.borrow_mut();
        let arrived = waiting.iter().take_while(|(sent, _)| *sent <= seq).count();
        let arrived = waiting.drain(..arrived).map(|(_, id)| id).collect();
        if waiting.is_empty() {
            *waiting = VecDeque::new();
        }
        arrived
    }

    /// Ends the connection with a reason. What waited for the client is dropped: it resumes elsewhere.
    pub(super) fn close(&self, close: Close) {
        if self.is_closing() {
            return;
        }
        self.queue.borrow_mut().clear();
        self.closing.replace(Some((close.clone(), Instant::now() + LEAVES_WITHIN)));
        self.order(Task::Close(close));
        wake(&self.log_reader);
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.borrow().is_some()
    }

    pub(super) fn distrusts_client(&self) -> bool {
        self.closing.borrow().as_ref().is_some_and(|(close, _)| close.distrusts_client())
    }

    /// Until when the client may leave by itself, once it was told to.
    pub(super) fn leaves_by(&self) -> Option<Instant> {
        self.closing.borrow().as_ref().map(|(_, by)| *by)
    }

    /// Cuts the connection off, also where the client does not read.
    pub(super) fn cut_off(&self) {
        self.order(Task::Stop);
        if let Some(socket) = &self.socket {
            socket.shut();
        }
    }

    /// Notes that the client is there.
    pub(super) fn heard(&self) {
        self.heard_at.set(Instant::now());
    }

    pub(super) fn heard_at(&self) -> Instant {
        self.heard_at.get()
    }

    pub(super) fn pinged_at(&self) -> Instant {
        self.pinged_at.get()
    }

    pub(super) fn ping(&self, now: Instant) {
        self.pinged_at.set(now);
        self.order(Task::Ping);
    }

    pub(super) fn order(&self, task: Task) {
        self.tasks.borrow_mut().push_back(task);
        self.wake();
    }

    /// What the actor is to do next.
    pub(super) fn poll_task(&self, waker: &Waker) -> Poll<Task> {
        if let Some(task) = self.tasks.borrow_mut().pop_front() {
            return Poll::Ready(task);
        }
        let mut queue = self.queue.borrow_mut();
        if queue.is_empty() || self.is_closing() {
            self.actor.set(Some(waker.clone()));
            return Poll::Pending;
        }
        let portion = queue.take_portion();
        if queue.has_room() {
            wake(&self.log_reader);
        }
        Poll::Ready(Task::Write(portion))
    }

    /// Waits until more of the log may be read for the client; false when it is to go.
    pub(super) async fn room(&self) -> bool {
        poll_fn(|context| {
            if self.is_closing() {
                return Poll::Ready(false);
            }
            if self.queue.borrow().has_room() {
                return Poll::Ready(true);
            }
            self.log_reader.set(Some(context.waker().clone()));
            Poll::Pending
        })
        .await
    }

    fn await_acknowledgement(&self, entry: &Entry) {
        if let Some(announcement) = entry.announcement {
            let mut waiting = self.unacknowledged.borrow_mut();
            if waiting.len() >= MOST_UNACKNOWLEDGED {
                waiting.pop_front();
            }
            waiting.push_back((entry.seq, announcement));
        }
    }

    fn wake(&self) {
        wake(&self.actor);
    }
}

fn wake(waker: &Cell<Option<Waker>>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}
