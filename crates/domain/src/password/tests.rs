use super::*;

fn broken(password: &str) -> Vec<&'static str> {
    let name = UserName::parse("Margaret").expect("name");
    let email = Email::parse("m.hamilton@example.org").expect("email");
    PasswordPolicy::broken_rules(&Password::new(password.to_owned()), &name, Some(&email))
        .into_iter()
        .map(PasswordRule::code)
        .collect()
}

#[test]
fn each_broken_rule_is_named() {
    // AUTH-03
    let long = format!("Aa1!{}", "x".repeat(125));
    let cases: [(&str, &[&str]); 9] = [
        ("Tr4nquil!Sea", &[]),
        ("Aa1!", &["password.too_short"]),
        (&long, &["password.too_long"]),
        ("tr4nquil!sea", &["password.no_upper"]),
        ("TR4NQUIL!SEA", &["password.no_lower"]),
        ("Tranquil!Sea", &["password.no_digit"]),
        ("Tr4nquilSea", &["password.no_special"]),
        ("Passw0rd!1", &["password.common"]),
        ("Margaret1!", &["password.contains_name"]),
    ];
    for (password, expected) in cases {
        assert_eq!(broken(password), expected, "{password}");
    }
    assert_eq!(
        broken(""),
        ["password.too_short", "password.no_upper", "password.no_lower", "password.no_digit", "password.no_special"]
    );
}

#[test]
fn the_email_address_counts_as_a_name() {
    // AUTH-03
    assert_eq!(broken("M.Hamilton1!"), ["password.contains_name"]);
    assert_eq!(broken("M.Hamilton@example.org1"), ["password.contains_name"]);
}

#[test]
fn a_password_cannot_be_printed() {
    // SEC-09
    assert_eq!(format!("{:?}", Password::new("Tr4nquil!Sea".to_owned())), "Password([secret])");
}
