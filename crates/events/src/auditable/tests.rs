use cardkey_domain::{CardKeyCode, Password, Secret};

use super::*;

/// Does not compile when one of the types is [`Auditable`]: `it` would be found twice.
macro_rules! never_auditable {
    ($($type:ty),+ $(,)?) => {$(
        const _: fn() = || {
            trait FoundTwice<A> {
                fn it() {}
            }
            impl<T: ?Sized> FoundTwice<()> for T {}
            struct AsAuditable;
            impl<T: ?Sized + Auditable> FoundTwice<AsAuditable> for T {}
            let _ = <$type as FoundTwice<_>>::it;
        };
    )+};
}

// AUD-01, SEC-09
never_auditable!(Password, Secret<String>, Secret<[u8; 32]>, CardKeyCode);
never_auditable!(String, str, Vec<u8>, Vec<String>, Value, Box<dyn std::error::Error>);

// AUD-01
#[test]
fn facts_are_what_they_were_made_of() {
    let facts = Fact::fields([
        ("count", 3_u32.fact()),
        ("nothing", None::<bool>.fact()),
        ("roles", vec![RoleName::user()].fact()),
        ("both", [true, false].fact()),
        ("note", Text::<20>::parse("=1+1").ok().fact()),
    ]);
    let expected = serde_json::json!({ "count": 3, "roles": ["user"], "both": [true, false], "note": "=1+1" });
    assert_eq!(facts.into_value(), expected);
}

// AUD-01, SEC-09
#[test]
fn a_card_key_pasted_into_a_path_is_no_reference() {
    let id = "0190b6a4-8e5c-7c3a-9a4e-0123456789ab";
    assert_eq!(Reference::parse("card_key", &id.to_uppercase()).unwrap().to_string(), id);
    assert_eq!(Reference::parse("role", "support_2").unwrap().to_string(), "support_2");
    for text in ["ABCD-EFGH-JKLM-NPQR", "abcdefghjklmnpqr", "support_2", ""] {
        assert_eq!(Reference::parse("card_key", text), None, "{text}");
    }
}
