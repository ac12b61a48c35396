//! The connections of one thread. What is for many connections comes here once and is handed out without a lock, and everything that is
//! done by the clock is done here for all of them: no connection has a timer of its own.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use cardkey_announce::{Reader, Seq};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};
use uuid::Uuid;

use super::close::Close;
use super::connection::{Connection, Progress};
use super::entry::{Audience, Entry};
use super::live::{Live, Suspects};
use super::standing::still_welcome;

/// Every connection is looked at this often.
const ROUND: Duration = Duration::from_millis(250);
/// A client that says nothing is asked after this long …
pub(super) const PING_AFTER: Duration = Duration::from_secs(25);
/// … and given up after this much more.
const DEAD_AFTER: Duration = Duration::from_secs(8);
/// A client that neither resumes nor says anything else within this is taken for a new one.
const RESUMES_WITHIN: Duration = Duration::from_secs(2);
/// Whoever is not brought up by an event is asked about in the database this often.
const ASKED_EVERY: Duration = Duration::from_secs(120);
/// Connections asked about in one round.
const ASKED_AT_ONCE: usize = 32;

/// What comes from outside the thread.
#[derive(Debug, Clone)]
pub(super) enum Notice {
    /// The log went on.
    Entries(Arc<[Arc<Entry>]>),
    /// Somebody may have lost what let them in, or belongs to other apps or groups.
    Doubt(Suspects),
    /// The server goes away.
    GoAway,
}

pub(crate) struct Ward {
    live: Arc<Live>,
    position: Cell<Seq>,
    connections: RefCell<Connections>,
}

#[derive(Default)]
struct Connections {
    all: HashMap<u64, Rc<Connection>>,
    by_subject: HashMap<Uuid, Vec<u64>>,
    next: u64,
}

/// A connection's place in the ward, until it is dropped.
pub(super) struct Bed {
    ward: Weak<Ward>,
    key: u64,
}

impl Ward {
    /// A ward for this thread.
    pub(crate) fn open(live: &Arc<Live>) -> Rc<Self> {
        let (position, notices) = live.enlist();
        let ward = Rc::new(Self {
            live: Arc::clone(live),
            position: Cell::new(position),
            connections: RefCell::default(),
        });
        actix_web::rt::spawn(attend(Rc::downgrade(&ward), notices));
        ward
    }

    /// Up to where the log was handed out here.
    pub(super) fn position(&self) -> Seq {
        self.position.get()
    }

    pub(super) fn live(&self) -> &Arc<Live> {
        &self.live
    }

    pub(super) fn admit(self: &Rc<Self>, connection: &Rc<Connection>) -> Bed {
        let mut connections = self.connections.borrow_mut();
        let key = connections.next;
        connections.next += 1;
        connections.all.insert(key, Rc::clone(connection));
        connections.index(key, &connection.reader.borrow());
        Bed { ward: Rc::downgrade(self), key }
    }

    /// From now on the client belongs to these apps and groups.
    pub(super) fn change_reader(&self, connection: &Connection, key: u64, reader: Reader) {
        let mut connections = self.connections.borrow_mut();
        let before = connection.reader.replace(Rc::new(reader));
        connections.forget(key, &before);
        connections.index(key, &connection.reader.borrow());
    }

    fn hand_out(&self, entries: &[Arc<Entry>]) {
        let connections = self.connections.borrow();
        for entry in entries {
            match &entry.audience {
                Audience::Everybody => connections.all.values().for_each(|connection| connection.offer(entry)),
                Audience::Subjects(subjects) => {
                    let keys = subjects.iter().filter_map(|subject| connections.by_subject.get(subject)).flatten();
                    let meant = keys.filter_map(|key| connections.all.get(key));
                    meant.for_each(|connection| connection.offer(entry));
                }
            }
            self.position.set(entry.seq);
        }
    }

    /// Everything that is done by the clock.
    fn look_around(self: &Rc<Self>, now: Instant) {
        let mut to_ask = Vec::new();
        for (key, connection) in &self.connections.borrow().all {
            if let Some(leaves_by) = connection.leaves_by() {
                if now >= leaves_by {
                    connection.cut_off();
                }
                continue;
            }
            if let Some(close) = self.live.session_over(&connection.holder) {
                connection.close(close);
                continue;
            }
            self.listen(connection, now);
            if to_ask.len() < ASKED_AT_ONCE && now.duration_since(connection.asked_at.get()) >= ASKED_EVERY {
                to_ask.push((*key, Rc::clone(connection)));
            }
        }
        self.ask(to_ask, now);
    }

    fn listen(&self, connection: &Connection, now: Instant) {
        let silent = now.duration_since(connection.heard_at());
        let asked = connection.pinged_at() > connection.heard_at();
        if silent >= PING_AFTER + DEAD_AFTER && asked && now.duration_since(connection.pinged_at()) >= DEAD_AFTER {
            connection.cut_off();
        } else if silent >= PING_AFTER && !asked {
            connection.ping(now);
        }
        if let Progress::Greeted { at, since } = connection.progress.get()
            && now.duration_since(since) >= RESUMES_WITHIN
        {
            connection.rewind(at);
        }
    }

    fn doubt(self: &Rc<Self>, suspects: &Suspects) {
        let connections = self.connections.borrow();
        let meant = connections.all.iter().filter(|(_, connection)| suspects.hold(&connection.holder));
        let meant: Vec<_> = meant.map(|(key, connection)| (*key, Rc::clone(connection))).collect();
        drop(connections);
        self.ask(meant, Instant::now());
    }

    /// Asks the services whether these are still welcome, and to which apps and groups they belong.
    fn ask(self: &Rc<Self>, meant: Vec<(u64, Rc<Connection>)>, now: Instant) {
        if meant.is_empty() {
            return;
        }
        meant.iter().for_each(|(_, connection)| connection.asked_at.set(now));
        let ward = Rc::clone(self);
        actix_web::rt::spawn(async move {
            for (key, connection) in meant {
                if connection.is_closing() {
                    continue;
                }
                match still_welcome(&ward.live, &connection.holder).await {
                    Ok(reader) => ward.change_reader(&connection, key, reader),
                    Err(Some(close)) => connection.close(close),
                    // The database does not answer; it is asked again.
                    Err(None) => {}
                }
            }
        });
    }

    fn send_away(&self) {
        let connections = self.connections.borrow();
        for connection in connections.all.values() {
            let retry_after_ms = self.live.retry_hint();
            connection.close(Close::GoingAway { retry_after_ms });
        }
    }
}

impl Connections {
    fn index(&mut self, key: u64, reader: &Reader) {
        for subject in reader.subjects() {
            self.by_subject.entry(subject).or_default().push(key);
        }
    }

    fn forget(&mut self, key: u64, reader: &Reader) {
        for subject in reader.subjects() {
            if let Some(keys) = self.by_subject.get_mut(&subject) {
                if let Some(at) = keys.iter().position(|known| *known == key) {
                    keys.swap_remove(at);
                }
                if keys.is_empty() {
                    self.by_subject.remove(&subject);
                }
            }
        }
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        let Some(ward) = self.ward.upgrade() else { return };
        let mut connections = ward.connections.borrow_mut();
        if let Some(connection) = connections.all.remove(&self.key) {
            connections.forget(self.key, &connection.reader.borrow());
        }
    }
}

impl Bed {
    pub(super) fn key(&self) -> u64 {
        self.key
    }
}

async fn attend(ward: Weak<Ward>, mut notices: mpsc::Receiver<Notice>) {
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let notice = tokio::select! {
            notice = notices.recv() => notice,
            now = rounds.tick() => {
                let Some(ward) = ward.upgrade() else { return };
                ward.look_around(now);
                continue;
            }
        };
        let (Some(ward), Some(notice)) = (ward.upgrade(), notice) else { return };
        match notice {
            Notice::Entries(entries) => ward.hand_out(&entries),
            Notice::Doubt(suspects) => ward.doubt(&suspects),
            Notice::GoAway => ward.send_away(),
        }
    }
}
