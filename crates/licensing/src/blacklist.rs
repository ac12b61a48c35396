use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use cardkey_domain::{BlacklistId, BlacklistSubject, DeviceId, Page, PageRequest, Text, Timestamp, UserId};
use cardkey_events::{Call, Deed, Happening, StoreError, record};

use crate::Licensing;
use crate::model::{BlacklistEntry, ComponentHash};

/// A blacklist of more entries than this is not held in memory but asked, subject by subject.
const HELD_AT_MOST: u32 = 5_000;

/// What is to be shut out, why and until when.
#[derive(Debug, Clone)]
pub struct ShutOut {
    /// What.
    pub subject: BlacklistSubject,
    /// Why.
    pub reason: Text<500>,
    /// Until when; `None` for good.
    pub until: Option<Timestamp>,
}

/// Why something is not put on the blacklist.
#[derive(Debug, thiserror::Error)]
pub enum ShutOutError {
    /// The end is not in the future.
    #[error("the end has passed")]
    EndPassed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an entry is not lifted.
#[derive(Debug, thiserror::Error)]
pub enum LiftError {
    /// There is no such entry.
    #[error("no such entry")]
    NotFound,
    /// It was lifted before.
    #[error("lifted already")]
    AlreadyLifted,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The blacklist as it stood a moment ago: whole, where it is short enough.
#[derive(Debug)]
pub struct Blacklist {
    entries: Option<HashMap<BlacklistSubject, Option<Timestamp>>>,
    has_networks: bool,
}

impl Licensing {
    /// Shuts something out (DEV-06).
    pub async fn shut_out(&self, call: &Call, command: ShutOut) -> Result<BlacklistEntry, ShutOutError> {
        let now = self.ambient.now();
        if command.until.is_some_and(|until| until <= now) {
            return Err(ShutOutError::EndPassed);
        }
        let entry = BlacklistEntry {
            id: self.ambient.id(),
            subject: command.subject,
            reason: command.reason,
            until: command.until,
            created_by: call.user_id(),
            created_at: now,
            lifted_at: None,
        };
        let deed = Deed::done("blacklist.add")
            .to("blacklist", entry.id)
            .with("subject", &entry.subject)
            .with("reason", &entry.reason)
            .with("until", entry.until);
        let added = Happening::BlacklistAdded { subject: entry.subject.to_string(), until: entry.until };
        let mut work = self.store.begin().await?;
        work.blacklist().insert(&entry).await?;
        record(work.as_mut(), &self.ambient, call, deed, vec![added]).await?;
        call.finish(work, &entry, now).await?;
        self.cache.forget_blacklist();
        Ok(entry)
    }

    /// Lifts an entry by hand.
    pub async fn lift(&self, call: &Call, id: BlacklistId) -> Result<BlacklistEntry, LiftError> {
        let entry = self.read().blacklist_entry(id).await?.ok_or(LiftError::NotFound)?;
        let now = self.ambient.now();
        let lifted = BlacklistEntry { lifted_at: Some(now), ..entry };
        let deed = Deed::done("blacklist.lift").to("blacklist", id).with("subject", &lifted.subject);
        let happening = Happening::BlacklistLifted { subject: lifted.subject.to_string() };
        let mut work = self.store.begin().await?;
        if !work.blacklist().lift(id, now).await? {
            return Err(LiftError::AlreadyLifted);
        }
        record(work.as_mut(), &self.ambient, call, deed, vec![happening]).await?;
        call.finish(work, &lifted, now).await?;
        self.cache.forget_blacklist();
        Ok(lifted)
    }

    /// An entry.
    pub async fn blacklist_entry(&self, id: BlacklistId) -> Result<Option<BlacklistEntry>, StoreError> {
        self.read().blacklist_entry(id).await
    }

    /// Entries, newest first; all of them, or those that hold now.
    pub async fn blacklist_entries(
        &self,
        in_force: bool,
        kind: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<BlacklistEntry>, StoreError> {
        let now = in_force.then(|| self.ambient.now());
        self.read().blacklist(now, kind, page).await
    }

    /// Whether the account or the address is shut out: for sign-in and live connections.
    pub async fn is_shut_out(&self, account: Option<UserId>, ip: Option<IpAddr>) -> Result<bool, StoreError> {
        self.any_shut_out(&Suspects { account, device: None, components: &[], ip }).await
    }

    pub(crate) async fn any_shut_out(&self, suspects: &Suspects<'_>) -> Result<bool, StoreError> {
        let now = self.ambient.now();
        let blacklist = match self.cache.blacklist() {
            Some(blacklist) => blacklist,
            None => self.load_blacklist(now).await?,
        };
        match blacklist.holds(suspects, now) {
            Some(answer) => Ok(answer),
            None => Ok(!self.read().blacklisted(&suspects.subjects(true), now).await?.is_empty()),
        }
    }

    async fn load_blacklist(&self, now: Timestamp) -> Result<Arc<Blacklist>, StoreError> {
        let page = self.read().blacklist(Some(now), None, PageRequest::of(HELD_AT_MOST)).await?;
        let blacklist = Arc::new(Blacklist::of(page));
        self.cache.keep_blacklist(Arc::clone(&blacklist));
        Ok(blacklist)
    }
}

/// What a request comes with that may be shut out.
pub(crate) struct Suspects<'a> {
    pub(crate) account: Option<UserId>,
    pub(crate) device: Option<DeviceId>,
    pub(crate) components: &'a [ComponentHash],
    pub(crate) ip: Option<IpAddr>,
}

impl Suspects<'_> {
    fn subjects(&self, with_networks: bool) -> Vec<BlacklistSubject> {
        let named = self.account.map(BlacklistSubject::Account).into_iter();
        let named = named.chain(self.device.map(BlacklistSubject::Device));
        let parts = self.components.iter().map(|part| BlacklistSubject::Component(part.hash.clone()));
        let ip = self.ip.filter(|_| with_networks);
        named.chain(parts).chain(ip.into_iter().flat_map(BlacklistSubject::networks_of)).collect()
    }
}

impl Blacklist {
    fn of(page: Page<BlacklistEntry>) -> Self {
        let whole = page.next.is_none();
        let mut entries = HashMap::with_capacity(page.items.len());
        for entry in page.items {
            let until = entries.entry(entry.subject).or_insert(entry.until);
            *until = until.zip(entry.until).map(|(one, other)| one.max(other));
        }
        let has_networks = entries.keys().any(|subject| matches!(subject, BlacklistSubject::Network(_)));
        Self { entries: whole.then_some(entries), has_networks }
    }

    /// Whether any of them is shut out; `None` when the list is too long to be held.
    fn holds(&self, suspects: &Suspects<'_>, now: Timestamp) -> Option<bool> {
        let entries = self.entries.as_ref()?;
        if entries.is_empty() {
            return Some(false);
        }
        let in_force = |until: &Option<Timestamp>| until.is_none_or(|until| now < until);
        Some(suspects.subjects(self.has_networks).iter().any(|subject| entries.get(subject).is_some_and(in_force)))
    }
}

#[cfg(test)]
mod tests;
