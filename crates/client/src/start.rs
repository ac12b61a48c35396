//! Starting the program: by the server's word, or on the lease when the server is away.

use std::time::Duration;

use cardkey_licensing::CheckError;

use crate::storage::Record;
use crate::verify::kept_one;
use crate::{Client, Error, LeaseProblem, Verdict};

/// How a start was decided.
#[derive(Debug)]
pub struct Start {
    /// The verdict that decided. Run only if it is `valid`.
    pub verdict: Verdict,
    /// Whose word it was.
    pub mode: Mode,
}

/// Whose word a start rests on.
#[derive(Debug)]
pub enum Mode {
    /// The server's, just now.
    Online,
    /// The server's of earlier: the lease still carries.
    Offline {
        /// Why the server could not be asked.
        because: Error,
    },
}

/// Clocks of honest computers differ by less.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

impl Client {
    /// What a program calls when it starts: asks the server, and starts on the lease when the server is away (LIC-04).
    ///
    /// Only silence counts as away. A refusal is a refusal, and a forged answer never falls back to the lease.
    pub async fn start(&self) -> Result<Start, Error> {
        let error = match tokio::time::timeout(self.patience, self.verify()).await {
            Ok(Ok(verdict)) => return Ok(Start { verdict, mode: Mode::Online }),
            Ok(Err(error)) => error,
            Err(_) => {
                let cause = format!("no answer within {:?}", self.patience);
                Error::Network { server: self.http.server().to_owned(), cause }
            }
        };
        if !error.server_is_away() {
            return Err(error);
        }
        match self.start_offline().await {
            Ok(verdict) => Ok(Start { verdict, mode: Mode::Offline { because: error } }),
            Err(Error::NoOfflineStart { problem, .. }) => {
                Err(Error::NoOfflineStart { problem, server: Some(Box::new(error)) })
            }
            Err(other) => Err(other),
        }
    }

    /// Judges the lease kept here without asking the server. Call it again now and then in a program that runs for days.
    pub async fn start_offline(&self) -> Result<Verdict, Error> {
        let _one_at_a_time = self.judging.lock().await;
        let mut licence = self.licence().await?;
        let now = self.ambient.now();
        let refuse = |problem| Err(Error::NoOfflineStart { problem, server: None });
        if licence.device_digest != self.device.digest() {
            return refuse(LeaseProblem::OtherDevice);
        }
        if now.plus(CLOCK_TOLERANCE) < licence.seen {
            return refuse(LeaseProblem::ClockWentBack { now, seen: licence.seen });
        }
        let lease = self.checker(&licence).check(&licence.verdict, kept_one(&licence), now);
        let verdict = match lease {
            Ok(lease) => lease.claims,
            Err(CheckError::LeaseOver(at)) => return refuse(LeaseProblem::Ended { at }),
            Err(CheckError::Refused(verdict)) => return refuse(LeaseProblem::NotValid(verdict)),
            Err(CheckError::ClockSkew(seen)) => return refuse(LeaseProblem::ClockWentBack { now, seen }),
            Err(other) => return Err(Error::NotGenuine(other)),
        };
        if now > licence.seen {
            licence.seen = now;
            self.records.save(Record::Licence, &licence).await?;
        }
        Ok(verdict)
    }
}

#[cfg(test)]
mod tests;
