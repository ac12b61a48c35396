use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cardkey_domain::{Ambient, SessionId, Timestamp};
use cardkey_events::StoreError;

/// A ticket is good for this long.
pub(crate) const GOOD_FOR: Duration = Duration::from_secs(30);
/// Tickets of one session that are good at once; one more makes the oldest void.
const MOST_OF_SESSION: usize = 10;
/// When there are this many, those past their time are swept out.
const SWEPT_AT: usize = 4_096;

/// Tickets that let a browser open a connection, since it cannot send a header: random, good once and briefly, bound to the session that
/// asked.
#[async_trait]
pub(crate) trait Tickets: Send + Sync {
    /// Issues a ticket.
    async fn issue(&self, session: SessionId, ambient: &Ambient) -> Result<String, StoreError>;

    /// Takes a ticket: the session it is for, the first time and in time.
    async fn redeem(&self, ticket: &str, now: Timestamp) -> Result<Option<SessionId>, StoreError>;
}

/// Tickets of this process, which outlive neither their half minute nor a restart. Enough where one process does all.
#[derive(Debug, Default)]
pub(crate) struct ProcessTickets(Mutex<Issued>);

#[derive(Debug, Default)]
struct Issued {
    tickets: HashMap<Digest, (SessionId, Timestamp)>,
    of_session: HashMap<SessionId, VecDeque<Digest>>,
}

/// Looked up by its digest, so that the time a look-up takes tells nothing of the tickets there are.
type Digest = [u8; 32];

#[async_trait]
impl Tickets for ProcessTickets {
    async fn issue(&self, session: SessionId, ambient: &Ambient) -> Result<String, StoreError> {
        let (now, secret) = (ambient.now(), ambient.bytes::<32>());
        self.lock().add(session, cardkey_crypto::sha256(&secret), now);
        Ok(cardkey_crypto::base64url(&secret))
    }

    async fn redeem(&self, ticket: &str, now: Timestamp) -> Result<Option<SessionId>, StoreError> {
        let secret = cardkey_crypto::from_base64url(ticket).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        Ok(secret.and_then(|secret| self.lock().take(cardkey_crypto::sha256(&secret), now)))
    }
}

impl ProcessTickets {
    fn lock(&self) -> MutexGuard<'_, Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Issued {
    fn add(&mut self, session: SessionId, digest: Digest, now: Timestamp) {
        if self.tickets.len() >= SWEPT_AT {
            self.sweep(now);
        }
        self.tickets.insert(digest, (session, now.plus(GOOD_FOR)));
        let own = self.of_session.entry(session).or_default();
        own.push_back(digest);
        if own.len() > MOST_OF_SESSION
            && let Some(oldest) = own.pop_front()
        {
            self.tickets.remove(&oldest);
        }
    }

    fn take(&mut self, digest: Digest, now: Timestamp) -> Option<SessionId> {
        let (session, until) = self.tickets.remove(&digest)?;
        if let Some(own) = self.of_session.get_mut(&session) {
            own.retain(|other| *other != digest);
            if own.is_empty() {
                self.of_session.remove(&session);
            }
        }
        (now < until).then_some(session)
    }

    fn sweep(&mut self, now: Timestamp) {
        self.tickets.retain(|_, (_, until)| now < *until);
        let tickets = &self.tickets;
        self.of_session.retain(|_, own| {
            own.retain(|digest| tickets.contains_key(digest));
            !own.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cardkey_domain::{Id, ManualClock, SeededEntropy};
    use futures::executor::block_on;
    use uuid::Uuid;

    use super::*;

    // WS-01
    #[test]
    fn a_ticket_is_good_once_and_for_half_a_minute() {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_800_000_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let session = SessionId::from_uuid(Uuid::from_u128(1));
        let tickets = ProcessTickets::default();
        let issue = || block_on(tickets.issue(session, &ambient)).unwrap();
        let redeem = |ticket: &str| block_on(tickets.redeem(ticket, ambient.now())).unwrap();
        let ticket = issue();
        assert_eq!(redeem(&ticket), Some(session));
        assert_eq!(redeem(&ticket), None, "used");
        let late = issue();
        clock.advance(GOOD_FOR);
        assert_eq!(redeem(&late), None, "too late");
        for forged in ["", "x", "AAAA", &ticket[1..], &"A".repeat(43), "卡"] {
            assert_eq!(redeem(forged), None, "{forged}");
        }
    }

    // WS-01
    #[test]
    fn a_session_has_so_many_tickets_and_those_of_long_ago_are_forgotten() {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_800_000_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let tickets = ProcessTickets::default();
        let session = SessionId::from_uuid(Uuid::from_u128(1));
        let own: Vec<_> = (0..=MOST_OF_SESSION).map(|_| block_on(tickets.issue(session, &ambient)).unwrap()).collect();
        let redeem = |ticket: &str| block_on(tickets.redeem(ticket, ambient.now())).unwrap();
        assert_eq!(redeem(&own[0]), None, "one too many");
        assert_eq!(redeem(&own[1]), Some(session));
        for n in 0..3 * SWEPT_AT {
            let other = SessionId::from_uuid(Uuid::from_u128(n as u128));
            block_on(tickets.issue(other, &ambient)).unwrap();
            clock.advance(Duration::from_millis(30));
        }
        let kept = tickets.lock();
        assert!(kept.tickets.len() <= SWEPT_AT && kept.of_session.len() <= SWEPT_AT);
    }
}
