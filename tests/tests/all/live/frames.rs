use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::{announce, titles};

on_each_database! {
    // WS-02, SEC-05
    async fn a_frame_with_wrong_fields_is_refused_and_the_connection_goes_on(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let mut client = admin.api.live().await;
        for (frame, code) in [
            (r#"{"type":"shout"}"#, "frame.unknown_type"),
            (r#"{"type":"hello"}"#, "frame.unknown_type"),
            (r#"{"seq":1}"#, "frame.invalid"),
            (r#"null"#, "frame.invalid"),
            (r#"[]"#, "frame.invalid"),
            (r#"{"type":"ack"}"#, "frame.invalid"),
            (r#"{"type":"ack","seq":-1}"#, "frame.invalid"),
            (r#"{"type":"ack","seq":18446744073709551615}"#, "frame.invalid"),
            (r#"{"type":"ack","seq":1e3}"#, "frame.invalid"),
            (r#"{"type":"ack","seq":1,"more":1}"#, "frame.invalid"),
            (r#"{"type":"resume","seq":1}"#, "frame.invalid"),
            (r#"{"type":"resume","epoch":7,"seq":1}"#, "frame.invalid"),
            (r#"{"type":"read","announcement_id":"seven"}"#, "frame.invalid"),
            (r#"{"type":"confirm","announcement_id":"0192f0c0-0000-7000-8000-000000000000"}"#, "announcement.not_found"),
            (r#"{"type":"read","announcement_id":"0192f0c0-0000-7000-8000-000000000000"}"#, "announcement.not_found"),
        ] {
            client.send(Message::text(frame)).await;
            client.refused(code).await;
        }
        client.send(Message::text("[".repeat(60_000))).await;
        client.refused("frame.invalid").await;
        // An acknowledgement of what is yet to come says nothing.
        client.acknowledge(i64::MAX as u64).await;
        client.settle().await;
        announce(&admin, "still there", json!({})).await;
        assert_eq!(titles(&client.announcements_until("still there").await), ["still there"]);
    }

    // WS-03, SEC-05
    async fn what_is_no_frame_of_ours_ends_the_connection(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let piece = |text: &str, opcode, is_last| Message::Frame(Frame::message(text.to_owned(), OpCode::Data(opcode), is_last));
        let long = format!(r#"{{"type":"ping","x":"{}"}}"#, "x".repeat(1024 * 1024));
        for (message, code) in [
            (Message::text("hello?"), "frame.malformed_json"),
            (Message::text(""), "frame.malformed_json"),
            (Message::text(r#"{"type":"ping""#), "frame.malformed_json"),
            (Message::binary(vec![0; 10]), "frame.not_text"),
            (piece(r#"{"type":"#, Data::Text, false), "frame.not_text"),
            (Message::text(long), "frame.too_long"),
            (Message::text("x".repeat(64 * 1024 + 1)), "frame.too_long"),
        ] {
            let mut client = admin.api.live().await;
            client.send(message).await;
            client.refused(code).await;
            client.closed_with(4010, code).await;
        }
        // As long as may be, and then not JSON.
        let mut client = admin.api.live().await;
        client.send(Message::text("x".repeat(64 * 1024))).await;
        client.refused("frame.malformed_json").await;
    }

    // WS-03, SEC-05
    async fn bytes_that_are_no_websocket_end_the_connection(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let not_utf_8 = [0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28];
        let not_masked = [0x81, 0x02, b'{', b'}'];
        let reserved = [0xF1, 0x80, 0, 0, 0, 0];
        for bytes in [not_utf_8.as_slice(), &not_masked, &reserved] {
            let mut client = admin.api.live().await;
            client.send_bytes(bytes).await;
            client.refused("frame.malformed").await;
            client.closed_with(4010, "frame.malformed").await;
        }
        // The length alone is enough: nobody waits for sixteen exabytes.
        let mut client = admin.api.live().await;
        client.send_bytes(&[0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]).await;
        client.refused("frame.too_long").await;
        client.closed_with(4010, "frame.too_long").await;
    }

    // WS-03, SEC-04
    async fn a_flood_of_frames_ends_the_connection(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let mut client = admin.api.live().await;
        let ping = [0x89, 0x80, 0, 0, 0, 0];
        client.send_bytes(&ping.repeat(2_000)).await;
        client.refused("frame.flood").await;
        client.closed_with(4010, "frame.flood").await;
    }
}
