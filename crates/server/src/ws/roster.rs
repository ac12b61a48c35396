use std::collections::HashMap;
use std::rc::Rc;

use cardkey_announce::Reader;
use uuid::Uuid;

use super::connection::Connection;

/// The connections of one thread, found by whom entries may mean: accounts, apps, groups.
#[derive(Default)]
pub(super) struct Roster {
    all: HashMap<u64, Rc<Connection>>,
    by_subject: HashMap<Uuid, Vec<u64>>,
    next: u64,
}

impl Roster {
    /// Adds a connection; returns the key it goes by.
    pub(super) fn add(&mut self, connection: &Rc<Connection>) -> u64 {
        let key = self.next;
        self.next += 1;
        self.all.insert(key, Rc::clone(connection));
        self.index(key, &connection.reader());
        key
    }

    pub(super) fn remove(&mut self, key: u64) {
        if let Some(connection) = self.all.remove(&key) {
            self.forget(key, &connection.reader());
        }
    }

    /// The connection's account belongs to other apps or groups now. It may have left meanwhile.
    pub(super) fn change_reader(&mut self, key: u64, connection: &Connection, reader: Reader) {
        if self.all.contains_key(&key) {
            let before = connection.replace_reader(reader);
            self.forget(key, &before);
            self.index(key, &connection.reader());
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (u64, &Rc<Connection>)> {
        self.all.iter().map(|(key, connection)| (*key, connection))
    }

    /// Those who have this account, app or group.
    pub(super) fn of_subject(&self, subject: Uuid) -> impl Iterator<Item = (u64, &Rc<Connection>)> {
        let keys = self.by_subject.get(&subject).into_iter().flatten();
        keys.filter_map(|key| Some((*key, self.all.get(key)?)))
    }

    fn index(&mut self, key: u64, reader: &Reader) {
        for subject in reader.subjects() {
            self.by_subject.entry(subject).or_default().push(key);
        }
    }

    fn forget(&mut self, key: u64, reader: &Reader) {
        for subject in reader.subjects() {
            let Some(keys) = self.by_subject.get_mut(&subject) else { continue };
            keys.retain(|known| *known != key);
            if keys.is_empty() {
                self.by_subject.remove(&subject);
            }
        }
    }
}
