use std::time::Duration;

use cardkey_domain::{Email, Permission, RoleName, Secret, UserName};
use cardkey_identity::model::{
    CustomRole, EndReason, RefreshToken, Session, SessionDevice, TokenHash, TokenKeyRecord, TokenKeyState, User,
    UserStatus,
};

use super::{World, longest};

impl World {
    pub(crate) fn user(&self, name: &str) -> User {
        let id = self.id();
        User {
            id,
            name: UserName::parse(name).unwrap(),
            email: Some(Email::parse(&format!("{name}@example.org")).unwrap()),
            password_hash: Secret::new("$2b$04$abcdefghijklmnopqrstuv".to_owned()),
            status: UserStatus::Active,
            must_change_password: false,
            roles: vec![RoleName::user()],
            created_at: self.now(),
            updated_at: self.now(),
            last_login_at: None,
            password_changed_at: self.now(),
        }
    }

    pub(crate) fn fullest_user(&self) -> User {
        let host = ["h".repeat(63), "o".repeat(63), "s".repeat(58), "t".to_owned()].join(".");
        User {
            name: UserName::parse(&"İ𠮷".repeat(32)).unwrap(),
            email: Some(Email::parse(&format!("{}@{host}", "L".repeat(64))).unwrap()),
            password_hash: Secret::new("h".repeat(300)),
            status: UserStatus::Disabled,
            must_change_password: true,
            roles: RoleName::BUILT_IN
                .iter()
                .map(|name| RoleName::parse(name).unwrap())
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect(),
            ..self.user("fullest")
        }
    }

    pub(crate) fn role(&self, name: &str) -> CustomRole {
        CustomRole {
            name: RoleName::parse(name).unwrap(),
            description: Some(longest()),
            permissions: Permission::ALL.to_vec(),
            created_at: self.now(),
            updated_at: self.now(),
        }
    }

    pub(crate) fn session(&self, user: &User) -> Session {
        let id = self.id();
        Session {
            id,
            user_id: user.id,
            access_token: TokenHash(self.hash()),
            refresh_token: TokenHash(self.hash()),
            device: SessionDevice::default(),
            ip: None,
            location: None,
            created_at: self.now(),
            last_active_at: self.now(),
            idle_end: self.now().plus(Duration::from_secs(7 * 86_400)),
            absolute_end: self.now().plus(Duration::from_secs(30 * 86_400)),
            revoked_at: None,
            revoked_reason: None,
            risk_score: 0,
            risk_reasons: Vec::new(),
        }
    }

    pub(crate) fn fullest_session(&self, user: &User) -> Session {
        let long = |length| Some("😀".repeat(length));
        Session {
            device: SessionDevice {
                id: long(128),
                name: long(100),
                kind: long(32),
                user_agent: long(255),
                browser: long(100),
                os: long(100),
            },
            ip: Some("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".parse().unwrap()),
            location: long(200),
            revoked_at: Some(self.now()),
            revoked_reason: Some(EndReason::TokenReuse),
            risk_score: 100,
            risk_reasons: vec!["new_device".to_owned(), "😀".repeat(64)],
            ..self.session(user)
        }
    }

    pub(crate) fn refresh_token(&self, session: &Session) -> RefreshToken {
        RefreshToken {
            hash: session.refresh_token,
            session_id: session.id,
            issued_at: self.now(),
            expires_at: session.idle_end,
            used_at: None,
            successor: None,
            sealed_reply: None,
        }
    }

    pub(crate) fn token_key(&self, state: TokenKeyState) -> TokenKeyRecord {
        TokenKeyRecord {
            id: self.id(),
            state,
            public_key: self.hash(),
            sealed_seed: vec![0, 255, 7],
            created_at: self.now(),
            retired_at: None,
        }
    }
}
