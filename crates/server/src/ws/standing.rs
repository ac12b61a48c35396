//! Whether a connection's holder is still welcome, and what they belong to.

use cardkey_announce::Reader;
use cardkey_domain::UserId;
use cardkey_events::StoreError;
use cardkey_identity::NotSignedIn;
use cardkey_licensing::ConnectError;

use super::close::Close;
use super::holder::{Credential, Holder};
use super::live::Live;

/// Why nothing came of asking.
pub(super) enum Unwelcome {
    Close(Close),
    /// The database does not answer; it is asked again.
    Unknown,
}

impl Live {
    /// An account with what it belongs to, as far as a credential shows it: of apps, a licence shows its own.
    pub(super) async fn reader(&self, user: UserId, credential: Credential) -> Result<Reader, StoreError> {
        let reader = self.store.read().reader(user).await?;
        Ok(match credential {
            Credential::Session(_) => reader,
            Credential::Licence { app, .. } => Reader { app_ids: vec![app], ..reader },
        })
    }

    /// Asks the services anew.
    pub(super) async fn still_welcome(&self, holder: &Holder) -> Result<Reader, Unwelcome> {
        match holder.credential {
            Credential::Session(session) => {
                let account = self.identity.in_session(session).await?;
                if self.licensing.is_shut_out(Some(account.id), holder.ip()).await? {
                    return Err(Unwelcome::Close(Close::Forbidden("blacklisted")));
                }
            }
            Credential::Licence { licence, device, .. } => {
                let held = self.licensing.still_connected(licence, device, holder.ip()).await?;
                if held.owner_id != holder.user {
                    return Err(Unwelcome::Close(Close::Forbidden("REVOKED")));
                }
            }
        }
        Ok(self.reader(holder.user, holder.credential).await?)
    }

    /// Why the session of a connection is over, as far as this process ended it itself. Asks nobody.
    pub(super) fn session_over(&self, holder: &Holder) -> Option<Close> {
        let Credential::Session(session) = holder.credential else { return None };
        self.identity.ended_here(session).map(|reason| Close::SessionOver(reason.as_str()))
    }
}

impl From<StoreError> for Unwelcome {
    fn from(_: StoreError) -> Self {
        Self::Unknown
    }
}

impl From<NotSignedIn> for Unwelcome {
    fn from(refusal: NotSignedIn) -> Self {
        match refusal {
            NotSignedIn::SessionEnded { reason } => {
                Self::Close(Close::SessionOver(reason.map_or("revoked", |reason| reason.as_str())))
            }
            NotSignedIn::AccountDisabled => Self::Close(Close::SessionOver("account_disabled")),
            NotSignedIn::TokenInvalid | NotSignedIn::TokenExpired => Self::Close(Close::SessionOver("revoked")),
            NotSignedIn::Store(error) => error.into(),
        }
    }
}

impl From<ConnectError> for Unwelcome {
    fn from(refusal: ConnectError) -> Self {
        match refusal {
            ConnectError::Refused(code) => Self::Close(Close::Forbidden(code.as_str())),
            ConnectError::VerdictInvalid | ConnectError::VerdictExpired => Self::Close(Close::Forbidden("REVOKED")),
            ConnectError::Store(error) => error.into(),
        }
    }
}
