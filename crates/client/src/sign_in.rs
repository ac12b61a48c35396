//! Signing in, staying signed in, signing out.

use std::time::Duration;

use cardkey_crypto::hex;
use cardkey_domain::Secret;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::{Reply, Request};
use crate::storage::Record;
use crate::storage::records::{Installation, Session};
use crate::{Client, Error};

/// What came of signing in.
#[derive(Debug)]
pub enum SignIn {
    /// Signed in.
    Done(Account),
    /// The account has a second factor: ask for its one-time code and go on with [`Client::finish_sign_in`].
    CodeNeeded(Challenge),
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// The account's id.
    pub id: String,
    /// Its name.
    pub username: String,
    /// Whether the password must be changed before anything else is allowed.
    #[serde(default)]
    pub must_change_password: bool,
}

/// A sign-in that waits for a one-time code.
#[derive(Debug)]
pub struct Challenge(Secret<String>);

/// A token that ends within this time is renewed before it is used.
const RENEW_BEFORE_END: Duration = Duration::from_secs(30);

/// A reply that signs somebody in (RFC 6749 section 5.1), or asks for more.
#[derive(Deserialize)]
struct TokenReply {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
    #[serde(default)]
    data: TokenData,
}

#[derive(Default, Deserialize)]
struct TokenData {
    challenge: Option<String>,
    user: Option<Account>,
}

impl Client {
    /// Signs in with user name (or email) and password, and keeps the tokens. The password is not kept.
    pub async fn sign_in(&self, username: &str, password: &str) -> Result<SignIn, Error> {
        let body = json!({
            "username": username,
            "password": password,
            "device": {
                "id": self.installation().await?,
                "name": self.device.name,
                "type": "desktop",
            },
            "app_id": self.app,
        });
        self.begin_session("api/v1/auth/login", &body).await
    }

    /// Finishes a sign-in with the one-time code.
    pub async fn finish_sign_in(&self, challenge: &Challenge, code: &str) -> Result<SignIn, Error> {
        let body = json!({ "challenge": challenge.0.expose(), "code": code });
        self.begin_session("api/v1/auth/verify-otp", &body).await
    }

    /// Ends the session here and at the server. Licence and lease stay.
    pub async fn sign_out(&self) -> Result<(), Error> {
        let body = json!({});
        let ended = self.as_user(Request { path: "api/v1/auth/logout", body: Some(&body), ..Request::default() }).await;
        match ended {
            Ok(_) | Err(Error::NotSignedIn) => Ok(self.records.remove(Record::Session).await?),
            Err(error) => Err(error),
        }
    }

    /// Whether tokens are kept here; whether the server still honours them shows at the next call.
    pub async fn is_signed_in(&self) -> Result<bool, Error> {
        Ok(self.records.load::<Session>(Record::Session).await?.is_some())
    }

    /// Sends a call as who is signed in; renews the tokens before they end, and once more when the server says that they did.
    pub(crate) async fn as_user(&self, request: Request<'_>) -> Result<Reply, Error> {
        let session = self.session().await?.ok_or(Error::NotSignedIn)?;
        let is_ending = self.ambient.now().plus(RENEW_BEFORE_END) >= session.access_ends_at;
        let session = if is_ending { self.renew(&session).await? } else { session };
        match self.http.send(&Request { bearer: Some(&session.access_token), ..request }).await {
            Err(Error::Refused(refusal)) if refusal.status == 401 => {
                let session = self.renew(&session).await?;
                self.http.send(&Request { bearer: Some(&session.access_token), ..request }).await
            }
            outcome => outcome,
        }
    }

    async fn begin_session(&self, path: &str, body: &Value) -> Result<SignIn, Error> {
        let request = Request { path, body: Some(body), ..Request::default() };
        let reply: TokenReply = self.http.send(&request).await?.whole()?;
        if let Some(challenge) = reply.data.challenge {
            return Ok(SignIn::CodeNeeded(Challenge(Secret::new(challenge))));
        }
        let account = reply.data.user.clone();
        self.keep(reply).await?;
        account.map(SignIn::Done).ok_or_else(|| self.unexpected("a sign-in without an account"))
    }

    async fn session(&self) -> Result<Option<Session>, Error> {
        Ok(self.records.load(Record::Session).await?)
    }

    /// Renews the tokens, unless somebody else did so since `old` was read: another task, or another copy of the program.
    async fn renew(&self, old: &Session) -> Result<Session, Error> {
        let _one_at_a_time = self.renewing.lock().await;
        let session = self.session().await?.ok_or(Error::NotSignedIn)?;
        if session.access_token != old.access_token {
            return Ok(session);
        }
        let body = json!({ "refresh_token": session.refresh_token });
        let request =
            Request { path: "api/v1/auth/refresh", body: Some(&body), repeatable: true, ..Request::default() };
        match self.http.send(&request).await {
            Ok(reply) => self.keep(reply.whole()?).await,
            Err(Error::Refused(refusal)) if refusal.status == 401 => {
                self.records.remove(Record::Session).await?;
                Err(Error::NotSignedIn)
            }
            Err(error) => Err(error),
        }
    }

    async fn keep(&self, reply: TokenReply) -> Result<Session, Error> {
        let (Some(access_token), Some(refresh_token)) = (reply.access_token, reply.refresh_token) else {
            return Err(self.unexpected("a token reply without tokens"));
        };
        let access_ends_at = self.ambient.now().plus(Duration::from_secs(reply.expires_in.unwrap_or_default()));
        let session = Session { access_token, refresh_token, access_ends_at };
        self.records.save(Record::Session, &session).await?;
        Ok(session)
    }

    /// This installation's name, made at the first call. The server tells by it that a device signed in before.
    async fn installation(&self) -> Result<String, Error> {
        if let Some(installation) = self.records.load::<Installation>(Record::Installation).await? {
            return Ok(installation.id);
        }
        let installation = Installation { id: hex(&self.ambient.bytes::<16>()) };
        self.records.save(Record::Installation, &installation).await?;
        Ok(installation.id)
    }

    pub(crate) fn unexpected(&self, what: &str) -> Error {
        Error::UnexpectedReply { server: self.http.server().to_owned(), what: what.to_owned() }
    }
}

#[cfg(test)]
mod tests;
