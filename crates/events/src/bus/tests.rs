use std::sync::Mutex;

use cardkey_domain::{Ambient, ManualClock, SeededEntropy, Timestamp};

use super::*;
use crate::{Actor, Happening};

/// Fails or panics at the events of its choice, and remembers the others.
struct Moody {
    fails_at: Option<EventId>,
    panics_at: Option<EventId>,
    done: Mutex<Vec<EventId>>,
}

#[async_trait]
impl Handler for Moody {
    fn name(&self) -> &'static str {
        "moody"
    }

    fn wants(&self, event: &Event) -> bool {
        !matches!(event.happening, Happening::BlacklistLifted { .. })
    }

    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        assert!(self.panics_at != Some(event.id), "as it was told");
        if self.fails_at == Some(event.id) {
            return Err(HandlerError("no".to_owned()));
        }
        self.done.lock().unwrap().push(event.id);
        Ok(())
    }
}

fn events() -> Vec<Event> {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_800_000_000)));
    let ambient = Ambient::new(clock, Arc::new(SeededEntropy::new(3)));
    let subject = || "ip:10.0.0.1".to_owned();
    let happenings = [
        Happening::BlacklistAdded { subject: subject(), until: None },
        Happening::BlacklistLifted { subject: subject() },
        Happening::BlacklistAdded { subject: subject(), until: None },
        Happening::BlacklistAdded { subject: subject(), until: None },
    ];
    let event = |happening| Event {
        id: ambient.id(),
        at: ambient.now(),
        actor: Actor::Nobody,
        request_id: "r".to_owned(),
        happening,
    };
    happenings.map(event).into()
}

fn told(moody: &Moody, events: &[Event]) -> Vec<EventId> {
    let events: Vec<&Event> = events.iter().collect();
    let failed = futures_now(deliver(moody, &events));
    failed.into_iter().map(|(id, _)| id).collect()
}

/// Runs a future that never waits.
fn futures_now<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

// EVT-02
#[test]
fn a_handler_gets_what_it_wants_and_a_failure_is_of_one_event() {
    let events = events();
    let moody = Moody { fails_at: Some(events[0].id), panics_at: None, done: Mutex::default() };
    assert_eq!(told(&moody, &events), [events[0].id]);
    assert_eq!(*moody.done.lock().unwrap(), [events[2].id, events[3].id]);
}

// EVT-02
#[test]
fn a_panic_is_a_failure_of_the_event_that_brought_it_about() {
    let events = events();
    let moody = Moody { fails_at: None, panics_at: Some(events[2].id), done: Mutex::default() };
    assert_eq!(told(&moody, &events), [events[2].id]);
    // The first was handled, and handled again after the panic: handlers are idempotent.
    assert_eq!(*moody.done.lock().unwrap(), [events[0].id, events[0].id, events[3].id]);
}
