use cardkey_domain::{AnnouncementId, AppId, GroupId, Id, Timestamp, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{LiveAudience, LiveEntry, LiveKind, LiveRow, Seq};

// WS-02
#[test]
fn a_frame_is_type_and_place_and_the_fields() {
    let data = json!({ "title": "a \"b\"\n{" });
    let entry = LiveEntry::event("card_key.activated", &data, LiveAudience::All, Timestamp::EPOCH);
    let frame: Value = serde_json::from_str(&LiveRow { seq: Seq(7), entry }.frame()).unwrap();
    assert_eq!(frame, json!({ "type": "event", "seq": 7, "event": "card_key.activated", "data": data }));
}

// ANN-02
#[test]
fn every_audience_comes_back_from_its_columns() {
    let id = Uuid::from_u128(5);
    let all = [
        LiveAudience::All,
        LiveAudience::App(AppId::from_uuid(id)),
        LiveAudience::Group(GroupId::from_uuid(id)),
        LiveAudience::User(UserId::from_uuid(id)),
        LiveAudience::Announcement(AnnouncementId::from_uuid(id)),
    ];
    for audience in all {
        let (kind, id) = audience.to_parts();
        assert_eq!(LiveAudience::from_parts(kind, id), Some(audience));
    }
    assert_eq!(LiveAudience::from_parts("all", Some(id)), None);
    assert_eq!(LiveAudience::from_parts("user", None), None);
}

// WS-02
#[test]
fn every_kind_is_read_as_it_is_written() {
    for kind in LiveKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
    assert_eq!("hello".parse::<LiveKind>(), Err(()));
}
