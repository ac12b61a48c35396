use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

// AUD-03
#[test]
fn a_stretch_is_made_of_whole_hours_and_is_not_endless() {
    let now = at("2026-11-26T11:20:00Z");
    let usual = Hours::between(None, None, now).unwrap();
    assert_eq!((usual.from, usual.to), (at("2026-11-25T11:00:00Z"), at("2026-11-26T12:00:00Z")));
    let one = Hours::between(Some(at("2026-11-26T10:00:00Z")), Some(at("2026-11-26T11:00:00Z")), now).unwrap();
    assert_eq!(one.each().count(), 1);
    assert_eq!(Hours::between(Some(now), Some(now), now), Err(InvalidHours::Reversed));
    assert_eq!(Hours::between(Some(now.plus(HOUR)), None, now), Err(InvalidHours::Reversed));
    assert_eq!(Hours::between(Some(now.minus(LONGEST + HOUR)), None, now), Err(InvalidHours::TooLong));
    assert!(Hours::between(Some(now.minus(LONGEST)), Some(now), now).is_ok());
}

// AUD-03
#[test]
fn every_row_is_counted_once_in_each_view_and_idle_hours_are_there() {
    let hours = Hours { from: at("2026-11-26T10:00:00Z"), to: at("2026-11-26T13:00:00Z") };
    let count = |hour: &str, action: &str, status, level, count| HourCount {
        hour: at(hour),
        action: action.to_owned(),
        status,
        level,
        count,
    };
    let counts = [
        count("2026-11-26T10:00:00Z", "app.change", AuditStatus::Ok, AuditLevel::Info, 3),
        count("2026-11-26T12:00:00Z", "user.login", AuditStatus::Refused, AuditLevel::Warning, 4),
        count("2026-11-26T12:00:00Z", "user.login", AuditStatus::Failed, AuditLevel::Error, 1),
    ];
    let figures = sum(hours, &counts, Vec::new());
    assert_eq!(figures.total, 8);
    assert_eq!(figures.by_action, [("user.login".to_owned(), 5), ("app.change".to_owned(), 3)]);
    assert_eq!(figures.by_level, [(AuditLevel::Error, 1), (AuditLevel::Warning, 4), (AuditLevel::Info, 3)]);
    assert_eq!(figures.by_status, [(AuditStatus::Ok, 3), (AuditStatus::Refused, 4), (AuditStatus::Failed, 1)]);
    let by_hour: Vec<_> = figures.by_hour.iter().map(|hour| (hour.count, hour.refused, hour.failed)).collect();
    assert_eq!(by_hour, [(3, 0, 0), (0, 0, 0), (5, 4, 1)]);
}
