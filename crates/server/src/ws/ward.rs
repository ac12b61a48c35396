//! The connections of one thread. What is for many connections comes here once and is handed out without a lock, and everything that is
//! done by the clock is done here for all of them: no connection has a timer of its own.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use cardkey_announce::{Reader, Seq};
use cardkey_domain::Id;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};

use super::catch_up::catch_up;
use super::close::Close;
use super::connection::{Connection, Progress};
use super::entry::{Audience, Entry};
use super::live::Live;
use super::pulse::Beat;
use super::roster::Roster;
use super::standing::Unwelcome;
use super::suspects::Suspects;

/// Every connection is looked at this often.
const ROUND: Duration = Duration::from_millis(250);
/// A client that neither resumes nor says anything else within this is taken for a new one.
const RESUMES_WITHIN: Duration = Duration::from_millis(500);
/// Whoever no event brings up is asked about this often.
const ASKED_EVERY: Duration = Duration::from_secs(120);
/// … and again this soon when the database did not answer.
const ASKED_AGAIN: Duration = Duration::from_millis(500);
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
    doubts: Cell<u64>,
    ends: Cell<u64>,
    connections: RefCell<Roster>,
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
            doubts: Cell::new(0),
            ends: Cell::new(0),
            connections: RefCell::default(),
        });
        actix_web::rt::spawn(attend(Rc::downgrade(&ward), notices));
        ward
    }

    /// Up to where the log was handed out here.
    pub(super) fn position(&self) -> Seq {
        self.position.get()
    }

    pub(crate) fn live(&self) -> &Arc<Live> {
        &self.live
    }

    pub(super) fn admit(self: &Rc<Self>, connection: &Rc<Connection>) -> Bed {
        let key = self.connections.borrow_mut().add(connection);
        Bed { ward: Rc::downgrade(self), key }
    }

    /// Counts the doubts that reached this thread.
    pub(crate) fn doubts(&self) -> u64 {
        self.doubts.get()
    }

    /// The client does not resume, or not now.
    pub(super) fn release(self: &Rc<Self>, connection: &Rc<Connection>) {
        if let Some(from) = connection.release() {
            self.rewind(connection, from);
        }
    }

    /// Starts to send from this number on, whatever was sent before.
    pub(super) fn rewind(self: &Rc<Self>, connection: &Rc<Connection>, from: Seq) {
        if matches!(connection.progress(), Progress::Held { at, after: Some(_), .. } if at == from) {
            self.release(connection);
            return;
        }
        let turn = connection.begin_catching_up();
        if from == self.position() {
            connection.end_catching_up(from);
            return;
        }
        actix_web::rt::spawn(catch_up(Rc::clone(self), Rc::clone(connection), from, turn));
    }

    /// Asks anew about one connection.
    pub(super) fn ask_about(self: &Rc<Self>, bed: &Bed, connection: &Rc<Connection>) {
        self.ask(vec![(bed.key, Rc::clone(connection))], Instant::now());
    }

    fn hand_out(&self, entries: &[Arc<Entry>]) {
        let connections = self.connections.borrow();
        for entry in entries {
            match &entry.audience {
                Audience::Everybody => connections.all().for_each(|(_, connection)| connection.offer(entry)),
                Audience::Subjects(subjects) => {
                    let meant = subjects.iter().flat_map(|subject| connections.of_subject(*subject));
                    meant.for_each(|(_, connection)| connection.offer(entry));
                }
            }
            self.position.set(entry.seq);
        }
        if let Some(last) = entries.last() {
            self.live.figures.note_lag(self.live.ambient.now().since(last.at));
        }
    }

    /// Everything that is done by the clock.
    fn look_around(self: &Rc<Self>, now: Instant) {
        let mut to_ask = Vec::new();
        let mut to_release = Vec::new();
        let ends = self.live.identity.ends_so_far();
        let has_ended = self.ends.replace(ends) != ends;
        for (key, connection) in self.connections.borrow().all() {
            if let Some(leaves_by) = connection.leaves_by() {
                if now >= leaves_by {
                    connection.cut_off();
                }
                continue;
            }
            if has_ended && let Some(close) = self.live.session_over(&connection.holder) {
                connection.close(close);
                continue;
            }
            match connection.pulse.get().beat(now) {
                Beat::Nothing => {}
                Beat::Ask => connection.ping(now),
                Beat::GiveUp => connection.cut_off(),
            }
            if matches!(connection.progress(), Progress::Held { since, .. } if now.duration_since(since) >= RESUMES_WITHIN)
            {
                to_release.push(Rc::clone(connection));
            }
            if to_ask.len() < ASKED_AT_ONCE && now.duration_since(connection.asked_at.get()) >= ASKED_EVERY {
                to_ask.push((key, Rc::clone(connection)));
            }
        }
        to_release.iter().for_each(|connection| self.release(connection));
        self.ask(to_ask, now);
    }

    fn doubt(self: &Rc<Self>, suspects: &Suspects) {
        self.doubts.set(self.doubts.get() + 1);
        let connections = self.connections.borrow();
        let held = |connection: &&Rc<Connection>| suspects.hold(&connection.holder);
        let meant: Vec<(u64, Rc<Connection>)> = match suspects {
            Suspects::Account(user) => {
                let own = connections.of_subject(user.uuid()).filter(|(_, connection)| held(connection));
                own.map(|(key, connection)| (key, Rc::clone(connection))).collect()
            }
            _ => {
                let meant = connections.all().filter(|(_, connection)| held(connection));
                meant.map(|(key, connection)| (key, Rc::clone(connection))).collect()
            }
        };
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
                match ward.live.still_welcome(&connection.holder).await {
                    Ok(reader) => ward.change_reader(&connection, key, reader),
                    Err(Unwelcome::Close(close)) => connection.close(close),
                    Err(Unwelcome::Unknown) => connection.asked_at.set(now - ASKED_EVERY + ASKED_AGAIN),
                }
            }
        });
    }

    /// From now on the client belongs to these apps and groups.
    fn change_reader(&self, connection: &Connection, key: u64, reader: Reader) {
        if *connection.reader() == reader {
            return;
        }
        self.connections.borrow_mut().change_reader(key, connection, reader);
    }

    fn send_away(&self) {
        for (_, connection) in self.connections.borrow().all() {
            let retry_after_ms = self.live.retry_hint();
            connection.close(Close::GoingAway { retry_after_ms });
        }
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        let Some(ward) = self.ward.upgrade() else { return };
        ward.connections.borrow_mut().remove(self.key);
    }
}

async fn attend(ward: Weak<Ward>, mut notices: mpsc::UnboundedReceiver<Notice>) {
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
