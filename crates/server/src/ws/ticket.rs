use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cardkey_domain::{Ambient, SessionId, Timestamp};

/// A ticket is good for this long.
pub(crate) const GOOD_FOR: Duration = Duration::from_secs(30);
/// Tickets of one session that are good at once.
const MOST_OF_SESSION: usize = 10;
/// When there are this many, those past their time are swept out.
const SWEPT_AT: usize = 1_024;

/// Tickets that let a browser open a socket, which cannot send a header: random, good once and briefly, bound to the session that asked.
/// Kept in this process, since they outlive neither their half minute nor a restart.
#[derive(Debug, Default)]
pub(crate) struct Tickets {
    issued: Mutex<HashMap<[u8; 32], Issued>>,
}

#[derive(Debug, Clone, Copy)]
struct Issued {
    session: SessionId,
    until: Timestamp,
}

impl Tickets {
    /// Issues a ticket; `None` when the session has too many that it did not use.
    pub(crate) fn issue(&self, session: SessionId, ambient: &Ambient) -> Option<String> {
        let now = ambient.now();
        let mut issued = self.lock();
        if issued.len() >= SWEPT_AT {
            issued.retain(|_, ticket| now < ticket.until);
        }
        let unused = issued.values().filter(|ticket| ticket.session == session && now < ticket.until).count();
        if unused >= MOST_OF_SESSION {
            return None;
        }
        let secret: [u8; 32] = ambient.bytes();
        issued.insert(digest(&secret), Issued { session, until: now.plus(GOOD_FOR) });
        Some(cardkey_crypto::base64url(&secret))
    }

    /// Takes a ticket: the session it is for, the first time and in time.
    pub(super) fn redeem(&self, ticket: &str, now: Timestamp) -> Option<SessionId> {
        let secret: [u8; 32] = cardkey_crypto::from_base64url(ticket)?.try_into().ok()?;
        let ticket = self.lock().remove(&digest(&secret))?;
        (now < ticket.until).then_some(ticket.session)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Issued>> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looked up by its digest, so that the time a look-up takes tells nothing of the tickets there are.
fn digest(secret: &[u8; 32]) -> [u8; 32] {
    cardkey_crypto::sha256(secret)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cardkey_domain::{Id, ManualClock, SeededEntropy};
    use uuid::Uuid;

    use super::*;

    // WS-01
    #[test]
    fn a_ticket_is_good_once_and_for_half_a_minute() {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_800_000_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let session = SessionId::from_uuid(Uuid::from_u128(1));
        let tickets = Tickets::default();
        let ticket = tickets.issue(session, &ambient).unwrap();
        assert_eq!(tickets.redeem(&ticket, ambient.now()), Some(session));
        assert_eq!(tickets.redeem(&ticket, ambient.now()), None, "used");
        let late = tickets.issue(session, &ambient).unwrap();
        clock.advance(GOOD_FOR);
        assert_eq!(tickets.redeem(&late, ambient.now()), None, "too late");
        for forged in ["", "x", "AAAA", &ticket[1..], &"A".repeat(43), "卡"] {
            assert_eq!(tickets.redeem(forged, ambient.now()), None, "{forged}");
        }
        assert_eq!((0..100).filter_map(|_| tickets.issue(session, &ambient)).count(), MOST_OF_SESSION);
    }
}
