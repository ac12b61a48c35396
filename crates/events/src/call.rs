use std::net::IpAddr;

use cardkey_domain::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::{Once, StoreError, Transaction};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody who is not signed in.
    Nobody,
    /// An account.
    User {
        /// Which.
        id: UserId,
        /// Its name at the time.
        name: String,
        /// The session it acts in.
        session_id: SessionId,
    },
    /// A part of the system.
    System {
        /// Which.
        name: String,
    },
}

/// The circumstances of one use: who, whence, in which request, and whether a retry must get the same reply. Every use case takes one.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who.
    pub actor: Actor,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// With which program, cut to 255 characters.
    pub user_agent: Option<String>,
    /// In which request.
    pub request_id: String,
    /// The idempotency key and what goes with it.
    pub once: Option<Once>,
}

impl Call {
    /// A call by a part of the system itself.
    #[must_use]
    pub fn by_system(name: &str, request_id: String) -> Self {
        Self { actor: Actor::System { name: name.to_owned() }, ip: None, user_agent: None, request_id, once: None }
    }

    /// The account that acts, if one does.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        match &self.actor {
            Actor::User { id, .. } => Some(*id),
            Actor::Nobody | Actor::System { .. } => None,
        }
    }

    /// Ends a use case: keeps its outcome as the receipt of the idempotency key, where there is one, and commits both with the change.
    pub async fn finish<O: Serialize>(
        &self,
        mut work: Box<dyn Transaction>,
        outcome: &O,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if let Some(once) = &self.once {
            work.receipts().keep(&once.receipt(outcome, now)?).await?;
        }
        work.commit().await
    }
}
