use super::*;

// CMD-04
#[test]
fn idle_days_are_there_and_each_ending_is_counted_where_it_belongs() {
    let first_day = Timestamp::from_seconds(20_000 * 86_400);
    let count = |day: u32, action: &str, status, count| ActivityCount {
        from: first_day.plus(DAY * day),
        action: action.to_owned(),
        status,
        count,
    };
    let days = by_day(
        first_day,
        &[
            count(0, Dashboard::SIGN_IN, AuditStatus::Ok, 3),
            count(0, Dashboard::SIGN_IN, AuditStatus::Refused, 2),
            count(29, Dashboard::ACTIVATE, AuditStatus::Ok, 5),
            count(29, "app.register", AuditStatus::Ok, 9),
            count(29, "app.register", AuditStatus::Failed, 1),
        ],
    );
    assert_eq!(days.len(), 30);
    assert_eq!((days[0].sign_ins, days[0].refused), (3, 2));
    assert_eq!((days[1].sign_ins, days[1].activations, days[1].refused), (0, 0, 0));
    assert_eq!((days[29].activations, days[29].failed), (5, 1));
}

// CMD-04
#[test]
fn a_day_starts_at_midnight_utc() {
    let noon = Timestamp::parse("2026-11-20T12:34:56Z").unwrap();
    assert_eq!(start_of_day(noon).to_string(), "2026-11-20T00:00:00Z");
}
