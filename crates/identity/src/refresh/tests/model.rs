//! Random lives of sessions against a model of what they should be (TEST-02).

use std::time::Duration;

use cardkey_domain::Timestamp;
use futures::executor::block_on;
use proptest::prelude::*;

use crate::model::EndReason;
use crate::testing::{self, DAY, OTHER_PASSWORD, PASSWORD, World, call, call_of, password};
use crate::{Caller, ChangePassword, Grant, NotSignedIn, RefreshError};

const ACCESS: Duration = Duration::from_secs(120 * 60);
const GRACE: Duration = Duration::from_secs(30);

/// Indices are taken modulo how many there are.
#[derive(Debug, Clone, Copy)]
enum Step {
    SignIn,
    /// Shows any refresh token ever given out: the newest of a session, a retry, or a reuse, as it happens.
    Refresh {
        token: usize,
    },
    /// Shows a session's newest refresh token.
    RefreshNewest {
        session: usize,
    },
    /// The reply is lost, and the client tries again.
    LostReply {
        session: usize,
    },
    SignOut {
        session: usize,
    },
    SignOutEverywhere {
        session: usize,
    },
    ChangePassword {
        session: usize,
    },
    Wait(Duration),
    Sweep,
}

fn step() -> impl Strategy<Value = Step> {
    let index = 0_usize..64;
    prop_oneof![
        3 => Just(Step::SignIn),
        3 => index.clone().prop_map(|token| Step::Refresh { token }),
        6 => index.clone().prop_map(|session| Step::RefreshNewest { session }),
        3 => index.clone().prop_map(|session| Step::LostReply { session }),
        1 => index.clone().prop_map(|session| Step::SignOut { session }),
        1 => index.clone().prop_map(|session| Step::SignOutEverywhere { session }),
        1 => index.prop_map(|session| Step::ChangePassword { session }),
        3 => (0_u64..40).prop_map(|seconds| Step::Wait(Duration::from_secs(seconds))),
        1 => (0_u64..100).prop_map(|hours| Step::Wait(Duration::from_secs(hours * 3600))),
        1 => Just(Step::Sweep),
    ]
}

struct Token {
    session: usize,
    text: String,
    ends: Timestamp,
    used: Option<(Timestamp, usize)>,
}

struct Session {
    began: Timestamp,
    active: Timestamp,
    idle_end: Timestamp,
    ended: Option<EndReason>,
}

struct Access {
    session: usize,
    grant: Grant,
    ends: Timestamp,
}

/// What should be true, beside what is.
struct Lives {
    world: World,
    password: &'static str,
    sessions: Vec<Session>,
    tokens: Vec<Token>,
    accesses: Vec<Access>,
}

impl Lives {
    fn new() -> Self {
        let world = World::new();
        world.user("alice", &["user"]);
        Self { world, password: PASSWORD, sessions: Vec::new(), tokens: Vec::new(), accesses: Vec::new() }
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// Why a session cannot be used now.
    fn end_of(&self, session: usize) -> Option<EndReason> {
        let session = &self.sessions[session];
        let absolute_end = session.began.plus(30 * DAY);
        session.ended.or_else(|| match self.now() {
            now if now < session.idle_end.min(absolute_end) => None,
            _ if session.idle_end < absolute_end => Some(EndReason::IdleTimeout),
            _ => Some(EndReason::AbsoluteTimeout),
        })
    }

    fn end(&mut self, session: usize, reason: EndReason) {
        if self.end_of(session).is_none() {
            self.sessions[session].ended = Some(reason);
        }
    }

    fn live(&self) -> Vec<usize> {
        (0..self.sessions.len()).filter(|session| self.end_of(*session).is_none()).collect()
    }

    fn keep(&mut self, session: usize, grant: Grant) -> usize {
        let now = Timestamp::from_seconds(self.now().seconds());
        let absolute_end = self.sessions[session].began.plus(30 * DAY);
        let ends = |length| Timestamp::from_seconds(self.now().plus(length).min(absolute_end).seconds());
        assert_eq!(grant.tokens.access_expires_at, self.now().plus(ACCESS).min(absolute_end), "{now:?}");
        let (access_ends, refresh_ends) = (ends(ACCESS), ends(7 * DAY));
        let text = grant.tokens.refresh_token.clone();
        self.tokens.push(Token { session, text, ends: refresh_ends, used: None });
        self.accesses.push(Access { session, grant, ends: access_ends });
        self.tokens.len() - 1
    }

    fn sign_in(&mut self) {
        let grant = self.world.try_sign_in("alice", self.password, None).unwrap();
        let mut live = self.live();
        live.sort_by_key(|session| (self.sessions[*session].active, *session));
        for session in live.iter().take(live.len().saturating_sub(2)) {
            self.end(*session, EndReason::Superseded);
        }
        let now = self.now();
        self.sessions.push(Session { began: now, active: now, idle_end: now.plus(7 * DAY), ended: None });
        self.keep(self.sessions.len() - 1, grant);
    }

    fn refresh(&mut self, token: usize) {
        self.world.clock.advance(Duration::from_micros(1));
        let outcome = block_on(self.world.identity.refresh(&call(), &self.tokens[token].text));
        let now = self.now();
        let Token { session, ends, used, .. } = self.tokens[token];
        if now >= ends {
            assert!(matches!(outcome, Err(RefreshError::TokenExpired)), "{outcome:?}");
            return;
        }
        if let Some(expected) = self.end_of(session) {
            let Err(RefreshError::SessionEnded { reason }) = outcome else { panic!("{outcome:?}, not {expected}") };
            assert_eq!(reason, Some(expected));
            return;
        }
        match used {
            None => {
                let successor = self.keep(session, outcome.unwrap());
                self.tokens[token].used = Some((now, successor));
                let session = &mut self.sessions[session];
                session.active = now;
                session.idle_end = now.plus(7 * DAY).min(session.began.plus(30 * DAY));
            }
            Some((at, successor)) if now < at.plus(GRACE) && self.tokens[successor].used.is_none() => {
                assert_eq!(outcome.unwrap().tokens.refresh_token, self.tokens[successor].text);
            }
            Some(_) => {
                assert!(matches!(outcome, Err(RefreshError::Reused)), "{outcome:?}");
                self.end(session, EndReason::TokenReuse);
            }
        }
    }

    fn newest_of(&self, session: usize) -> usize {
        self.tokens.iter().rposition(|token| token.session == session).unwrap()
    }

    /// Uses the newest access token of a session, where it may still be used.
    fn enter(&mut self, session: usize) -> Option<Caller> {
        let access = self.accesses.iter().rfind(|access| access.session == session)?;
        let caller = self.world.try_enter(&access.grant).ok()?;
        block_on(self.world.identity.flush_activity()).unwrap();
        let now = self.now();
        let active = &mut self.sessions[session].active;
        if now.since(*active) >= Duration::from_secs(1) {
            *active = now;
        }
        Some(caller)
    }

    fn sign_out(&mut self, session: usize, everywhere: bool) {
        let Some(caller) = self.enter(session) else { return };
        let call = call_of(&caller);
        if everywhere {
            block_on(self.world.identity.sign_out_everywhere(&call, &caller)).unwrap();
            self.live().into_iter().for_each(|live| self.end(live, EndReason::LogoutAll));
        } else {
            block_on(self.world.identity.sign_out(&call, &caller)).unwrap();
            self.end(session, EndReason::Logout);
        }
    }

    fn change_password(&mut self, session: usize) {
        let Some(caller) = self.enter(session) else { return };
        let new = if self.password == PASSWORD { OTHER_PASSWORD } else { PASSWORD };
        let change = ChangePassword { old: password(self.password), new: password(new) };
        block_on(self.world.identity.change_password(&call_of(&caller), &caller, change)).unwrap();
        self.password = new;
        let others = self.live().into_iter().filter(|live| *live != session);
        others.collect::<Vec<_>>().into_iter().for_each(|other| self.end(other, EndReason::PasswordChanged));
    }

    fn take(&mut self, step: Step) {
        let (tokens, sessions) = (self.tokens.len(), self.sessions.len());
        match step {
            Step::SignIn => self.sign_in(),
            Step::Wait(length) => self.world.advance(length),
            Step::Sweep => self.sweep(),
            _ if sessions == 0 => {}
            Step::Refresh { token } => self.refresh(token % tokens),
            Step::RefreshNewest { session } => self.refresh(self.newest_of(session % sessions)),
            Step::LostReply { session } => {
                let token = self.newest_of(session % sessions);
                self.refresh(token);
                self.refresh(token);
            }
            Step::SignOut { session } => self.sign_out(session % sessions, false),
            Step::SignOutEverywhere { session } => self.sign_out(session % sessions, true),
            Step::ChangePassword { session } => self.change_password(session % sessions),
        }
    }

    fn sweep(&mut self) {
        block_on(self.world.identity.sweep(&call())).unwrap();
        for session in 0..self.sessions.len() {
            self.sessions[session].ended = self.end_of(session);
        }
    }

    /// Every access token ever given out lets in whom it should, and nobody else: on a node that knows nothing yet, and, where it must
    /// not, on the one that ended it.
    fn check(&self) {
        let fresh = self.world.another_node();
        for access in &self.accesses {
            let outcome = testing::enter(&fresh, &access.grant);
            match self.end_of(access.session) {
                _ if self.now() >= access.ends => assert!(matches!(outcome, Err(NotSignedIn::TokenExpired))),
                None => assert!(outcome.is_ok(), "{outcome:?}"),
                Some(expected) => {
                    for outcome in [outcome, self.world.try_enter(&access.grant)] {
                        let Err(NotSignedIn::SessionEnded { reason }) = outcome else { panic!("{outcome:?}") };
                        assert_eq!(reason, Some(expected));
                    }
                }
            }
        }
        assert!(self.live().len() <= 3);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn sessions_live_and_end_as_the_model_says(steps in proptest::collection::vec(step(), 1..40)) {
        // TOK-03, TOK-04, TOK-05, SES-03, SES-04, AUTH-08, AUTH-12
        let mut lives = Lives::new();
        for step in steps {
            lives.take(step);
            lives.check();
        }
    }
}
