use super::*;

fn sighting(seconds: i64, ip: Option<&str>, status: Option<&str>) -> Sighting {
    Sighting {
        device: crate::testing::World::new().ambient.id(),
        at: Timestamp::from_seconds(seconds),
        ip: ip.map(|ip| ip.parse().unwrap()),
        status: status.map(|status| Text::parse(status).unwrap()),
    }
}

#[test]
fn the_later_sighting_counts_whichever_comes_first_and_neither_is_forgotten() {
    // DEV-04
    let first = sighting(1, Some("198.51.100.7"), Some("editing"));
    let last = sighting(2, None, Some("idle"));
    let both = sighting(2, Some("198.51.100.7"), Some("idle"));
    let (mut forwards, mut backwards) = (first.clone(), last.clone());
    forwards.follow(last);
    backwards.follow(first);
    assert_eq!((&forwards, &backwards), (&both, &both));
    // A verification says nothing of itself: what the heartbeat before it said stays.
    forwards.follow(sighting(3, Some("203.0.113.7"), None));
    assert_eq!(forwards, sighting(3, Some("203.0.113.7"), Some("idle")));
}
