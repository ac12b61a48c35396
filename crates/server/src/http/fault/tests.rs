use cardkey_domain::{Text, UserName};

use super::*;

// SEC-05
#[test]
fn every_fault_is_told_not_only_the_first() {
    let mut faults = Faults::default();
    let name = faults.take("name", UserName::parse("a b"));
    let note = faults.take("note", Text::<3>::parse("long"));
    let problem = faults.finish(|| Some((name?, note?))).unwrap_err();
    let document = problem.document(Locale::En, "https://host", "r");
    assert_eq!(document["code"], "validation.failed");
    assert_eq!(document["errors"][0]["field"], "name");
    assert_eq!(document["errors"][0]["code"], "user_name.malformed");
    assert_eq!(document["errors"][1]["code"], "too_long");
    assert_eq!(document["errors"][1]["message"], "must be at most 3 long");
}

// SEC-05
#[test]
fn what_is_right_comes_through() {
    let mut faults = Faults::default();
    let name = faults.take("name", UserName::parse("alice"));
    assert_eq!(faults.finish(|| Some(name?.to_string())).unwrap(), "alice");
}
