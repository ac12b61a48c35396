use std::time::Duration;

use cardkey_domain::Timestamp;
use cardkey_licensing::CheckError;

use crate::Verdict;
use crate::storage::StorageError;

/// Why a call did not do what was asked. [`Error::advice`] says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No answer came: no connection, a broken one, or none in time.
    #[error("the licence server at {server} cannot be reached ({cause})")]
    Network {
        /// The server's address.
        server: String,
        /// What went wrong, from the outermost cause to the innermost.
        cause: String,
    },
    /// The server answered that it will not.
    #[error("{0}")]
    Refused(Refusal),
    /// An answer came that no licence server of this kind gives: another program listens there, or the versions differ too much.
    #[error("the answer of {server} is not that of a licence server: {what}")]
    UnexpectedReply {
        /// The server's address.
        server: String,
        /// What is strange about it.
        what: String,
    },
    /// A verdict came, or was kept here, that must not be trusted whatever it says: not signed by the app's keys, about something else,
    /// the answer to another question, or older than what was said before.
    #[error("an answer that must not be trusted: {0}")]
    NotGenuine(CheckError),
    /// The server is away, and the lease kept here does not allow an offline start.
    #[error("no offline start: {problem}")]
    NoOfflineStart {
        /// Why the lease does not carry.
        problem: LeaseProblem,
        /// Why the server could not be asked, where it was tried.
        server: Option<Box<Error>>,
    },
    /// Nobody is signed in here, or the session ended and cannot be renewed.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// No card key was activated here yet.
    #[error("no card key has been activated on this device")]
    NotActivated,
    /// What must be kept between starts could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The client was built with something that cannot be.
    #[error("the client's setting `{setting}` {problem}")]
    Setting {
        /// Which one.
        setting: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

/// What the program should do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// The server is away or busy: try again later, after so long where it said so. [`crate::Client::start`] starts on the lease meanwhile.
    TryLater(Option<Duration>),
    /// Ask for user name and password and call [`crate::Client::sign_in`].
    SignIn,
    /// Ask for a card key and call [`crate::Client::activate`].
    Activate,
    /// This device has the card key already, and lost what it kept: call [`crate::Client::recover`].
    Recover,
    /// Show the server's message: what was typed in is wrong or not allowed, and asking again unchanged will not help.
    ShowMessage,
    /// Ask the user to put the computer's clock right, or to go online once.
    CheckClock,
    /// Ask the user to go online once.
    GoOnline,
    /// Do not run. Somebody forged or replayed an answer, or the program trusts the wrong keys.
    DoNotRun,
    /// The program or its installation is at fault: write the error to the log and tell the developer.
    FixProgram,
}

impl Error {
    /// What the program should do next.
    #[must_use]
    pub fn advice(&self) -> Advice {
        match self {
            Self::Network { .. } => Advice::TryLater(None),
            Self::Refused(refusal) => refusal.advice(),
            Self::NotGenuine(_) => Advice::DoNotRun,
            Self::NoOfflineStart { problem, .. } => problem.advice(),
            Self::NotSignedIn => Advice::SignIn,
            Self::NotActivated => Advice::Activate,
            Self::UnexpectedReply { .. } | Self::Storage(_) | Self::Setting { .. } => Advice::FixProgram,
        }
    }

    /// Whether the server gave no judgement: it could not be reached, was overloaded or failed. Then, and only then, the lease counts.
    #[must_use]
    pub fn server_is_away(&self) -> bool {
        match self {
            Self::Network { .. } => true,
            Self::Refused(refusal) => refusal.is_passing(),
            _ => false,
        }
    }
}

/// What a server answers when it will not: an RFC 9457 problem document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code}, request {request_id})")]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The stable code, such as `card_key.invalid`.
    pub code: String,
    /// For people, in the language the client asks for.
    pub message: String,
    /// The fields that are wrong, each with what is wrong about it.
    pub fields: Vec<(String, String)>,
    /// After how long to try again, where the server says so.
    pub retry_after: Option<Duration>,
    /// What the server's operator finds the call by.
    pub request_id: String,
}

impl Refusal {
    /// Whether it says nothing about the caller, so that the same call may succeed later.
    pub(crate) fn is_passing(&self) -> bool {
        self.status == 429 || self.status >= 500 || self.is_in_flight()
    }

    /// Whether the same call, sent before, is still being worked on.
    pub(crate) fn is_in_flight(&self) -> bool {
        self.code == "idempotency.in_flight"
    }

    fn advice(&self) -> Advice {
        match self.status {
            401 if self.code != "auth.invalid_credentials" => Advice::SignIn,
            _ if self.is_passing() => Advice::TryLater(self.retry_after),
            _ if self.code == "device.already_bound" => Advice::Recover,
            _ => Advice::ShowMessage,
        }
    }
}

/// Why the lease kept here does not allow an offline start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeaseProblem {
    /// It ended, or the licence did; the server must be asked again.
    #[error("the lease ended at {at}")]
    Ended {
        /// When.
        at: Timestamp,
    },
    /// The last thing the server said was no.
    #[error("the server's last word was {}", .0.code)]
    NotValid(Box<Verdict>),
    /// The clock shows a time that has already passed (LIC-05).
    #[error("the clock shows {now}, but it was {seen} before")]
    ClockWentBack {
        /// What it shows.
        now: Timestamp,
        /// The latest time seen.
        seen: Timestamp,
    },
    /// What is kept here was made on another computer, or this one was rebuilt.
    #[error("the licence kept here belongs to another computer")]
    OtherDevice,
}

impl LeaseProblem {
    fn advice(&self) -> Advice {
        match self {
            Self::Ended { .. } | Self::NotValid(_) => Advice::GoOnline,
            Self::OtherDevice => Advice::Activate,
            Self::ClockWentBack { .. } => Advice::CheckClock,
        }
    }
}
