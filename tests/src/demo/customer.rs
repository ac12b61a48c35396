use std::path::Path;

use cardkey_client::{
    Client, DeviceInfo, Error, FileStorage, LeaseProblem, Mode, Refusal, SignIn, Verdict, VerdictCode,
};

pub(super) const NAME: &str = "wang";
pub(super) const PASSWORD: &str = "Copper-Kettle-2209";

/// The customer at one of their computers, with the desktop program that they bought.
pub(super) struct Customer {
    program: Client,
}

impl Customer {
    /// The program installed on computer number so-and-so, with a folder there. Every start of it begins here.
    pub(super) fn at_computer(number: u8, server: &str, app: &str, folder: &Path) -> Result<Self, String> {
        let device = DeviceInfo {
            cpu_id: Some(format!("BFEBFBFF000906E{number}")),
            motherboard_id: Some(format!("PF2XK4{number}M")),
            mac_address: Some(format!("3C:52:82:5A:11:0{number}")),
            name: Some(format!("computer {number}")),
            os: Some("Windows 11".to_owned()),
            ..DeviceInfo::default()
        };
        let storage =
            FileStorage::open(folder.join(format!("computer-{number}"))).map_err(|error| error.to_string())?;
        let program = Client::builder(server, app)
            .version("1.0.0")
            .device(device)
            .storage(storage)
            .device_key()
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { program })
    }

    pub(super) async fn sign_in(&self) -> Result<(), String> {
        match self.program.sign_in(NAME, PASSWORD).await {
            Ok(SignIn::Done(account)) if account.username == NAME => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }

    pub(super) async fn redeem(&self, card_key: &str) -> Result<Verdict, String> {
        let verdict = self.program.activate(card_key).await.map_err(|error| error.to_string())?;
        if verdict.valid { Ok(verdict) } else { Err(format!("redeemed, yet {}", verdict.code)) }
    }

    pub(super) async fn redeem_in_vain(&self, card_key: &str) -> Result<Refusal, String> {
        match self.program.activate(card_key).await {
            Err(Error::Refused(refusal)) => Ok(refusal),
            other => Err(format!("not refused: {other:?}")),
        }
    }

    pub(super) async fn start_online(&self) -> Result<Verdict, String> {
        let start = self.program.start().await.map_err(|error| error.to_string())?;
        match start.mode {
            Mode::Online if start.verdict.valid => Ok(start.verdict),
            Mode::Online => Err(format!("the server says {}", start.verdict.code)),
            Mode::Offline { because } => Err(format!("not online: {because}")),
        }
    }

    pub(super) async fn start_offline(&self) -> Result<Verdict, String> {
        let start = self.program.start().await.map_err(|error| error.to_string())?;
        match start.mode {
            Mode::Offline { because: Error::Network { .. } } if start.verdict.valid => Ok(start.verdict),
            other => Err(format!("not on the lease: {other:?} {}", start.verdict.code)),
        }
    }

    pub(super) async fn find_stopped(&self) -> Result<VerdictCode, String> {
        let start = self.program.start().await.map_err(|error| error.to_string())?;
        match start.mode {
            Mode::Online if !start.verdict.valid => Ok(start.verdict.code),
            _ => Err("it starts all the same".to_owned()),
        }
    }

    pub(super) async fn find_lease_gone(&self) -> Result<(), String> {
        match self.program.start().await {
            Err(Error::NoOfflineStart { problem: LeaseProblem::NotValid(_), .. }) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }
}
