use cardkey_announce::Seq;
use cardkey_domain::{AnnouncementId, Id};
use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> Code {
    ClientFrame::parse(text).unwrap_err()
}

fn frame() -> impl Strategy<Value = ClientFrame> {
    let seq = || (0..=LAST.0).prop_map(Seq);
    let id = || any::<u128>().prop_map(|bits| AnnouncementId::from_uuid(uuid::Uuid::from_u128(bits)));
    prop_oneof![
        (".{0,40}", seq()).prop_map(|(epoch, seq)| ClientFrame::Resume { epoch, seq }),
        seq().prop_map(|seq| ClientFrame::Ack { seq }),
        id().prop_map(|announcement_id| ClientFrame::Read { announcement_id }),
        id().prop_map(|announcement_id| ClientFrame::Confirm { announcement_id }),
        Just(ClientFrame::Ping {}),
    ]
}

proptest! {
    // WS-02
    #[test]
    fn what_is_written_is_read_back(frame in frame()) {
        let text = serde_json::to_string(&frame).unwrap();
        prop_assert_eq!(ClientFrame::parse(&text), Ok(frame));
    }

    // WS-02
    #[test]
    fn no_text_brings_the_parser_down(text in "\\PC{0,200}") {
        let _ = ClientFrame::parse(&text);
    }

    // WS-02
    #[test]
    fn no_frame_with_a_piece_cut_out_brings_the_parser_down(frame in frame(), from in 0usize..80, length in 0usize..40) {
        let text: Vec<char> = serde_json::to_string(&frame).unwrap().chars().collect();
        let cut: String = text.iter().enumerate().filter(|(at, _)| !(from..from + length).contains(at)).map(|(_, c)| c).collect();
        let _ = ClientFrame::parse(&cut);
    }
}

// WS-02
#[test]
fn anything_but_the_frames_there_are_is_refused_by_what_is_wrong_with_it() {
    let deep = "[".repeat(10_000);
    for (text, code) in [
        ("", Code::FrameMalformedJson),
        ("{", Code::FrameMalformedJson),
        (deep.as_str(), Code::FrameInvalid),
        (r#"{"type":"ping"} {"type":"ping"}"#, Code::FrameMalformedJson),
        ("null", Code::FrameInvalid),
        ("[]", Code::FrameInvalid),
        (r#"{"seq":1}"#, Code::FrameInvalid),
        (r#"{"type":"shout"}"#, Code::FrameUnknownType),
        (r#"{"type":"ack"}"#, Code::FrameInvalid),
        (r#"{"type":"ack","seq":-1}"#, Code::FrameInvalid),
        (r#"{"type":"ack","seq":1.5}"#, Code::FrameInvalid),
        (r#"{"type":"ack","seq":"1"}"#, Code::FrameInvalid),
        (r#"{"type":"ack","seq":18446744073709551616}"#, Code::FrameInvalid),
        (r#"{"type":"ack","seq":9223372036854775808}"#, Code::FrameInvalid),
        (r#"{"type":"ack","seq":1,"more":true}"#, Code::FrameInvalid),
        (r#"{"type":"read","announcement_id":"1"}"#, Code::FrameInvalid),
    ] {
        assert_eq!(refused(text), code, "{text:.40}");
    }
}
