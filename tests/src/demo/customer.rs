use std::path::Path;

use cardkey_client::{Client, Error, FileStorage, LeaseProblem, Mode, Refusal, SignIn, Verdict, VerdictCode};

use crate::api::{PASSWORD, device};

pub(super) const NAME: &str = "wang";

/// The customer at one of their computers, with the desktop program that they bought.
pub(super) struct Customer {
    program: Client,
}

impl Customer {
    /// The program installed on computer number so-and-so, with a folder there. Every start of it begins here.
    pub(super) fn at_computer(number: usize, server: &str, app: &str, folder: &Path) -> Self {
        let device = serde_json::from_value(device(number)).expect("a device as the client describes it");
        let storage = FileStorage::open(folder.join(format!("computer-{number}"))).expect("a folder of the program's");
        let program =
            Client::builder(server, app).version("1.0.0").language("en").device(device).storage(storage).device_key();
        Self { program: program.build().expect("a client") }
    }

    /// Their name, as the account has it.
    pub(super) async fn sign_in(&self) -> String {
        match self.program.sign_in(NAME, PASSWORD).await {
            Ok(SignIn::Done(account)) => account.username,
            other => panic!("not signed in: {other:?}"),
        }
    }

    pub(super) async fn redeem(&self, card_key: &str) -> Verdict {
        let verdict = self.program.activate(card_key).await.unwrap_or_else(|error| panic!("{error}"));
        assert!(verdict.valid, "redeemed, yet {}", verdict.code);
        verdict
    }

    pub(super) async fn redeem_in_vain(&self, card_key: &str) -> Refusal {
        match self.program.activate(card_key).await {
            Err(Error::Refused(refusal)) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }

    pub(super) async fn start_online(&self) -> Verdict {
        let (verdict, mode) = self.start().await;
        assert!(matches!(mode, Mode::Online) && verdict.valid, "{mode:?}, {}", verdict.code);
        verdict
    }

    pub(super) async fn start_offline(&self) -> Verdict {
        let (verdict, mode) = self.start().await;
        let unreachable = matches!(mode, Mode::Offline { because: Error::Network { .. } });
        assert!(unreachable && verdict.valid, "not on the lease: {mode:?}, {}", verdict.code);
        verdict
    }

    pub(super) async fn find_stopped(&self) -> VerdictCode {
        let (verdict, mode) = self.start().await;
        assert!(matches!(mode, Mode::Online) && !verdict.valid, "it starts all the same: {mode:?}, {}", verdict.code);
        verdict.code
    }

    pub(super) async fn find_lease_gone(&self) -> LeaseProblem {
        match self.program.start().await {
            Err(Error::NoOfflineStart { problem: problem @ LeaseProblem::NotValid(_), .. }) => problem,
            other => panic!("the lease is still good: {other:?}"),
        }
    }

    async fn start(&self) -> (Verdict, Mode) {
        let start = self.program.start().await.unwrap_or_else(|error| panic!("{error}"));
        (start.verdict, start.mode)
    }
}
