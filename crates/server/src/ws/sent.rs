use std::collections::VecDeque;

use cardkey_announce::Seq;
use cardkey_domain::AnnouncementId;

/// Announcements remembered of one client: 32 bytes each.
const MOST: usize = 128;

/// The announcements that were sent to one client of late. What it acknowledges among them has arrived, and it may read them without
/// anybody having to look whether they are for it.
#[derive(Debug, Default)]
pub(super) struct Sent(VecDeque<One>);

#[derive(Debug)]
struct One {
    seq: Seq,
    id: AnnouncementId,
    arrived: bool,
}

impl Sent {
    pub(super) fn note(&mut self, seq: Seq, id: AnnouncementId) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(One { seq, id, arrived: false });
    }

    /// The announcements up to this number that were not acknowledged before.
    pub(super) fn acknowledge(&mut self, seq: Seq) -> Vec<AnnouncementId> {
        let news = self.0.iter_mut().take_while(|one| one.seq <= seq).filter(|one| !one.arrived);
        news.map(|one| {
            one.arrived = true;
            one.id
        })
        .collect()
    }

    pub(super) fn holds(&self, id: AnnouncementId) -> bool {
        self.0.iter().any(|one| one.id == id)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use cardkey_domain::Id;
    use uuid::Uuid;

    use super::*;

    fn id(n: u64) -> AnnouncementId {
        AnnouncementId::from_uuid(Uuid::from_u128(u128::from(n)))
    }

    // ANN-05
    #[test]
    fn each_announcement_arrives_once() {
        let mut sent = Sent::default();
        (1..=5).for_each(|n| sent.note(Seq(10 * n), id(n)));
        assert_eq!(sent.acknowledge(Seq(29)), [id(1), id(2)]);
        assert_eq!(sent.acknowledge(Seq(29)), []);
        assert_eq!(sent.acknowledge(Seq(u64::MAX)), [id(3), id(4), id(5)]);
        assert!(sent.holds(id(1)) && !sent.holds(id(6)));
        (6..=1_000).for_each(|n| sent.note(Seq(10 * n), id(n)));
        assert!(sent.0.len() == MOST && !sent.holds(id(1)));
    }
}
