use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::task::{Context, Poll, Waker};

use bytestring::ByteString;

use super::close::Close;
use super::queue::Queue;

/// What waits for the actor of one connection: entries of the log, and what else it is to do, which goes first.
#[derive(Default)]
pub(super) struct Outlet {
    queue: RefCell<Queue>,
    tasks: RefCell<VecDeque<Task>>,
    breathes: Cell<bool>,
    actor: Cell<Option<Waker>>,
    log_reader: Cell<Option<Waker>>,
}

/// What the actor is to do.
#[derive(Debug)]
pub(super) enum Task {
    Ping,
    Say(ByteString),
    /// Write a portion of what waits.
    Write,
    Close(Close),
    /// Say no more.
    Stop,
}

impl Outlet {
    pub(super) fn order(&self, task: Task) {
        self.tasks.borrow_mut().push_back(task);
        self.wake_actor();
    }

    /// Adds an entry; false when there are too many.
    pub(super) fn offer(&self, frame: ByteString) -> bool {
        self.queue.borrow_mut().offer(frame)
    }

    /// Adds an entry that was read while there was room.
    pub(super) fn push(&self, frame: ByteString) {
        self.queue.borrow_mut().push(frame);
        self.wake_actor();
    }

    /// Forgets the entries.
    pub(super) fn clear(&self) {
        self.queue.borrow_mut().clear();
        self.wake_log_reader();
    }

    /// What the actor is to do next. After a portion it is to wait until that was handed on.
    pub(super) fn poll_task(&self, may_write: bool, waker: &Waker) -> Poll<Task> {
        if let Some(task) = self.tasks.borrow_mut().pop_front() {
            return Poll::Ready(task);
        }
        if may_write && !self.queue.borrow().is_empty() && !self.breathes.replace(true) {
            return Poll::Ready(Task::Write);
        }
        self.breathes.set(false);
        self.actor.set(Some(waker.clone()));
        Poll::Pending
    }

    /// Takes a portion of the entries.
    pub(super) fn take_portion(&self, write: impl FnMut(ByteString)) {
        let mut queue = self.queue.borrow_mut();
        queue.take_portion(write);
        if queue.has_room() {
            self.wake_log_reader();
        }
    }

    /// Whether more of the log may be read.
    pub(super) fn poll_room(&self, context: &Context<'_>) -> Poll<()> {
        if self.queue.borrow().has_room() {
            return Poll::Ready(());
        }
        self.log_reader.set(Some(context.waker().clone()));
        Poll::Pending
    }

    pub(super) fn wake_actor(&self) {
        wake(&self.actor);
    }

    pub(super) fn wake_log_reader(&self) {
        wake(&self.log_reader);
    }
}

fn wake(waker: &Cell<Option<Waker>>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}
