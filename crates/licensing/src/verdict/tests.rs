use super::*;

#[test]
fn the_claims_stand_as_the_contract_names_them() {
    // LIC-01
    let id = "0192f0c1-2345-7000-8000-000000000001";
    let claims = VerdictClaims {
        iss: "https://licence.example".to_owned(),
        aud: id.parse().unwrap(),
        sub: id.parse().unwrap(),
        device: id.parse().unwrap(),
        code: VerdictCode::Valid,
        valid: true,
        entitlements: vec!["pro".to_owned()],
        nonce: Some(Nonce::parse("n").unwrap()),
        iat: 1,
        exp: 3,
        lease_until: 3,
        license_expires_at: None,
        epoch: 4,
        cnf: Some(Confirmation { jkt: "t".to_owned() }),
    };
    let expected = serde_json::json!({
        "iss": "https://licence.example", "aud": id, "sub": id, "device": id, "code": "VALID", "valid": true,
        "entitlements": ["pro"], "nonce": "n", "iat": 1, "exp": 3, "lease_until": 3, "license_expires_at": null,
        "epoch": 4, "cnf": {"jkt": "t"},
    });
    assert_eq!(serde_json::to_value(&claims).unwrap(), expected);
    assert_eq!(serde_json::from_value::<VerdictClaims>(expected).unwrap(), claims);
}

#[test]
fn the_codes_are_those_of_the_contract() {
    // CARD-08
    let codes: Vec<_> = VerdictCode::ALL.iter().map(|code| code.as_str()).collect();
    let contract = "VALID EXPIRED DISABLED DELETED BLACKLISTED DEVICE_MISMATCH DEVICE_UNBOUND VERSION_TOO_OLD MAINTENANCE \
                    APP_DISABLED USER_DISABLED CLOCK_SKEW PROOF_REQUIRED PROOF_INVALID REVOKED QUOTA_EXHAUSTED";
    assert_eq!(codes.join(" "), contract);
    for code in VerdictCode::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
    }
}
