use std::path::PathBuf;
use std::time::Duration;

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Footprint,
    Reads,
    Flood,
    Activation,
    ActivationPostgres,
    Million,
    Live,
    Audit,
}

impl Part {
    const ALL: [Self; 8] = [
        Self::Footprint,
        Self::Reads,
        Self::Flood,
        Self::Activation,
        Self::ActivationPostgres,
        Self::Million,
        Self::Live,
        Self::Audit,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Footprint => "footprint",
            Self::Reads => "reads",
            Self::Flood => "flood",
            Self::Activation => "activation",
            Self::ActivationPostgres => "activation-postgres",
            Self::Million => "million",
            Self::Live => "live",
            Self::Audit => "audit",
        }
    }
}

/// How much is measured, and of which program.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) server: PathBuf,
    quick: bool,
    only: Option<Part>,
}

impl Options {
    pub(crate) fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join("cardkey")));
        let mut options = Self { server: beside.unwrap_or_default(), quick: false, only: None };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--server" => options.server = value()?.into(),
                "--only" => {
                    let name = value()?;
                    let part = Part::ALL.into_iter().find(|part| part.name() == name);
                    options.only = Some(part.ok_or(format!("there is no part {name}"))?);
                }
                _ => return Err(format!("{argument} is not known; see the head of bench/main.rs")),
            }
        }
        let build = "cargo build --release --bin cardkey";
        let absolute = options.server.canonicalize();
        options.server =
            absolute.map_err(|error| format!("no server at {}: {error}; {build}", options.server.display()))?;
        Ok(options)
    }

    pub(crate) fn parts(&self) -> impl Iterator<Item = Part> + use<> {
        let only = self.only;
        Part::ALL.into_iter().filter(move |part| only.is_none_or(|only| only == *part))
    }

    /// Whether the figures may stand in the documentation.
    pub(crate) fn is_complete(&self) -> bool {
        !self.quick && self.only.is_none()
    }

    /// Rounds of which the median counts.
    pub(crate) fn rounds(&self) -> usize {
        if self.quick { 1 } else { 5 }
    }

    /// How long a load lasts.
    pub(crate) fn seconds(&self) -> u64 {
        if self.quick { 3 } else { 10 }
    }

    /// How long a server is loaded before anything counts.
    pub(crate) fn warm_up(&self) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { 3 })
    }

    /// Signed-in customers; their sign-ins cost a password hash each.
    pub(crate) fn customers(&self) -> usize {
        if self.quick { 8 } else { 64 }
    }

    /// Customers who are connected, each from several devices where there are more clients.
    pub(crate) fn listening_customers(&self) -> usize {
        if self.quick { 250 } else { 1_000 }
    }

    /// Licences whose verdicts take turns.
    pub(crate) fn licences(&self) -> usize {
        if self.quick { 128 } else { 1_024 }
    }

    /// Card keys redeemed in a round.
    pub(crate) fn activations(&self) -> usize {
        if self.quick { 6_000 } else { 20_000 }
    }

    /// Card keys of the large table.
    pub(crate) fn million(&self) -> usize {
        if self.quick { 100_000 } else { 1_000_000 }
    }
}
