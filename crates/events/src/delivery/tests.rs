use std::sync::Arc;

use cardkey_domain::{Id, ManualClock, SeededEntropy};

use super::*;

// EVT-02
#[test]
fn pauses_double_up_to_a_bound_and_are_cut_at_random() {
    let whole = |attempts| pause(attempts, u16::MAX).as_secs();
    assert_eq!([1, 2, 3, 7].map(whole), [1, 2, 4, 64]);
    assert_eq!([11, 40, u32::MAX].map(whole), [600, 600, 600]);
    assert_eq!(pause(3, 0), Duration::from_secs(2));
    let cut = pause(3, 30_000);
    assert!(cut > Duration::from_secs(2) && cut < Duration::from_secs(4), "{cut:?}");
}

// EVT-02
#[test]
fn a_delivery_dies_after_its_last_attempt() {
    let now = Timestamp::from_seconds(1_800_000_000);
    let ambient = Ambient::new(Arc::new(ManualClock::at(now)), Arc::new(SeededEntropy::new(1)));
    let id = EventId::mint(now, ambient.entropy());
    let failed = |before| Delivery::failed(&ambient, id, "mail", before, &"x".repeat(5_000));
    let first = failed(0);
    assert_eq!((first.attempts, first.state, first.last_error.len()), (1, DeliveryState::Pending, 1_000));
    assert!(first.next_at > now && first.next_at <= now.plus(Duration::from_secs(1)));
    assert_eq!(failed(MOST_ATTEMPTS - 2).state, DeliveryState::Pending);
    let last = failed(MOST_ATTEMPTS - 1);
    assert_eq!((last.attempts, last.state, last.next_at), (8, DeliveryState::Dead, now));
}
