use cardkey_domain::{Id, SessionId, UserId};
use cardkey_events::Call;
use uuid::Uuid;

use super::super::entry::Audience;
use super::super::holder::Credential;
use super::*;

fn connection(at: u64) -> Connection {
    let user = UserId::from_uuid(Uuid::from_u128(1));
    let credential = Credential::Session(SessionId::from_uuid(Uuid::from_u128(2)));
    let holder = Holder { user, credential, call: Call::by_system("test", "test".to_owned()) };
    let reader = Reader { user_id: user, app_ids: Vec::new(), group_ids: Vec::new() };
    Connection::new(holder, reader, Locale::En, Seq(at), None)
}

fn entry(seq: u64) -> Entry {
    let (text, at) = (seq.to_string().into(), cardkey_domain::Timestamp::EPOCH);
    Entry { seq: Seq(seq), text, announcement: None, audience: Audience::Everybody, at }
}

/// Does what the actor does; what was written, in order.
fn written(connection: &Connection) -> Vec<String> {
    let mut said = Vec::new();
    for _ in 0..2_000 {
        match connection.poll_task(Waker::noop()) {
            Poll::Ready(Task::Write) => connection.take_portion(|frame| said.push(frame.to_string())),
            Poll::Ready(Task::Close(close)) => said.push(format!("close {}", close.code())),
            Poll::Ready(task) => said.push(format!("{task:?}")),
            Poll::Pending => {}
        }
    }
    said
}

// WS-02
#[test]
fn what_comes_before_the_client_speaks_is_held_back_and_then_sent_in_order() {
    let connection = connection(5);
    [4, 5, 6, 7, 7].into_iter().for_each(|seq| connection.offer(&entry(seq)));
    assert_eq!(written(&connection), [""; 0]);
    assert_eq!(connection.release(), None);
    connection.offer(&entry(7));
    connection.offer(&entry(8));
    assert_eq!(written(&connection), ["6", "7", "8"]);
}

// WS-02, ANN-07
#[test]
fn a_client_that_resumes_gets_what_was_held_back_from_the_log_alone() {
    let connection = connection(5);
    connection.offer(&entry(6));
    let turn = connection.begin_catching_up();
    connection.offer(&entry(7));
    (3..=7).for_each(|seq| connection.catch_up_with(&entry(seq)));
    connection.end_catching_up(Seq(7));
    [6, 7, 8].into_iter().for_each(|seq| connection.offer(&entry(seq)));
    assert_eq!(written(&connection), ["3", "4", "5", "6", "7", "8"]);
    assert!(connection.is_turn(turn));
    connection.begin_catching_up();
    assert!(!connection.is_turn(turn), "whoever read the log before stops");
}

// WS-03
#[test]
fn too_much_for_one_client_ends_its_connection_and_what_waited_is_dropped() {
    let connection = connection(0);
    assert_eq!(connection.release(), None);
    (1..=1_000).for_each(|seq| connection.offer(&entry(seq)));
    assert_eq!(connection.closing(), Some(Close::TooSlow));
    assert_eq!(written(&connection), ["close 4008"]);
}

// WS-03
#[test]
fn too_much_held_back_is_read_from_the_log() {
    let connection = connection(0);
    (1..=1_000).for_each(|seq| connection.offer(&entry(seq)));
    assert_eq!(connection.closing(), None);
    assert_eq!(connection.release(), Some(Seq(0)));
}

// WS-03
#[test]
fn a_bad_frame_is_told_before_the_end_and_the_first_reason_counts() {
    let connection = connection(0);
    connection.refuse_and_close(Code::FrameTooLong);
    connection.refuse_and_close(Code::FrameFlood);
    connection.close(Close::TooMany);
    let said = written(&connection);
    assert!(said[0].contains("frame.too_long"), "{said:?}");
    assert_eq!(said[1..], ["close 4010"]);
    assert_eq!(connection.closing(), Some(Close::BadFrame("frame.too_long")));
}
