use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cardkey_domain::UserId;
use tokio::sync::Notify;

/// How many connections an account and an address may have, and how many they have.
#[derive(Debug)]
pub(crate) struct Limits {
    most_of_user: u32,
    most_of_address: u32,
    counts: Mutex<Counts>,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    users: HashMap<UserId, u32>,
    addresses: HashMap<IpAddr, u32>,
    all: usize,
}

/// A place among the connections, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    limits: Arc<Limits>,
    user: UserId,
    address: Option<IpAddr>,
}

impl Limits {
    pub(crate) fn new(most_of_user: u32, most_of_address: u32) -> Self {
        Self { most_of_user, most_of_address, counts: Mutex::default(), emptied: Notify::new() }
    }

    /// Takes a place, unless there are enough.
    pub(crate) fn take(self: &Arc<Self>, user: UserId, address: Option<IpAddr>) -> Option<Place> {
        let mut counts = self.lock();
        let has_place = counts.users.get(&user).is_none_or(|count| *count < self.most_of_user)
            && address.is_none_or(|ip| counts.addresses.get(&ip).is_none_or(|count| *count < self.most_of_address));
        if !has_place {
            return None;
        }
        *counts.users.entry(user).or_default() += 1;
        if let Some(ip) = address {
            *counts.addresses.entry(ip).or_default() += 1;
        }
        counts.all += 1;
        Some(Place { limits: Arc::clone(self), user, address })
    }

    /// How many connections there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().all
    }

    /// Waits until there are none.
    pub(crate) async fn emptied(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.count() == 0 {
                return;
            }
            emptied.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.limits.lock();
        counts.all = counts.all.saturating_sub(1);
        give_back(&mut counts.users, &self.user);
        if let Some(ip) = &self.address {
            give_back(&mut counts.addresses, ip);
        }
        if counts.all == 0 {
            self.limits.emptied.notify_waiters();
        }
    }
}

fn give_back<K: Hash + Eq>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use cardkey_domain::Id;
    use uuid::Uuid;

    use super::*;

    // WS-03
    #[test]
    fn an_account_and_an_address_have_so_many_places_and_get_them_back() {
        let limits = Arc::new(Limits::new(2, 3));
        let user = |n| UserId::from_uuid(Uuid::from_u128(n));
        let ip: IpAddr = "192.0.2.1".parse().unwrap();
        let held: Vec<_> = (0..2).map(|_| limits.take(user(1), Some(ip)).unwrap()).collect();
        assert!(limits.take(user(1), None).is_none(), "the account has enough");
        let third = limits.take(user(2), Some(ip)).unwrap();
        assert!(limits.take(user(3), Some(ip)).is_none(), "the address has enough");
        assert_eq!(limits.count(), 3);
        drop((held, third));
        assert_eq!(limits.count(), 0);
        assert!(limits.lock().users.is_empty() && limits.lock().addresses.is_empty());
        assert!(limits.take(user(1), Some(ip)).is_some());
    }
}
