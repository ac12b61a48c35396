use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use serde::{Deserialize, Serialize};

use crate::{DeviceId, UserId};

/// What the blacklist shuts out. Its text form (`kind:value`) is unique, indexed and looked up by equality; an address is looked up
/// by each of the networks that contain it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum BlacklistSubject {
    /// An account.
    Account(UserId),
    /// A device of an app.
    Device(DeviceId),
    /// A component of a fingerprint, by its keyed hash in lower-case hex.
    Component(String),
    /// An address or a network.
    Network(IpNet),
}

/// The text is not something that can be black-listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an account, a device, a component or a network")]
pub struct InvalidSubject;

impl BlacklistSubject {
    /// Reads the value of a kind: `account` and `device` take an id, `component` 64 hex digits, `network` an address or a CIDR block.
    pub fn parse(kind: &str, value: &str) -> Result<Self, InvalidSubject> {
        match kind {
            "account" => UserId::from_str(value).map(Self::Account).map_err(|_| InvalidSubject),
            "device" => DeviceId::from_str(value).map(Self::Device).map_err(|_| InvalidSubject),
            "component" => {
                let well_formed = value.len() == 64 && value.bytes().all(|b| b.is_ascii_hexdigit());
                if well_formed { Ok(Self::Component(value.to_ascii_lowercase())) } else { Err(InvalidSubject) }
            }
            "network" => {
                let network = IpNet::from_str(value).or_else(|_| IpAddr::from_str(value).map(IpNet::from));
                network.map(|network| Self::Network(network.trunc())).map_err(|_| InvalidSubject)
            }
            _ => Err(InvalidSubject),
        }
    }

    /// The kind's name.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Device(_) => "device",
            Self::Component(_) => "component",
            Self::Network(_) => "network",
        }
    }

    /// The value without its kind.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Account(id) => id.to_string(),
            Self::Device(id) => id.to_string(),
            Self::Component(hash) => hash.clone(),
            Self::Network(network) => network.to_string(),
        }
    }

    /// Every network that contains an address, from the address itself to the whole Internet.
    #[must_use]
    pub fn networks_of(address: IpAddr) -> Vec<Self> {
        let address = address.to_canonical();
        let longest = if address.is_ipv4() { 32 } else { 128 };
        (0..=longest)
            .rev()
            .filter_map(|length| IpNet::new(address, length).ok())
            .map(|network| Self::Network(network.trunc()))
            .collect()
    }
}

impl fmt::Display for BlacklistSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind(), self.value())
    }
}

impl FromStr for BlacklistSubject {
    type Err = InvalidSubject;

    fn from_str(text: &str) -> Result<Self, InvalidSubject> {
        let (kind, value) = text.split_once(':').ok_or(InvalidSubject)?;
        Self::parse(kind, value)
    }
}

impl TryFrom<String> for BlacklistSubject {
    type Error = InvalidSubject;

    fn try_from(text: String) -> Result<Self, InvalidSubject> {
        text.parse()
    }
}

impl From<BlacklistSubject> for String {
    fn from(subject: BlacklistSubject) -> Self {
        subject.to_string()
    }
}
