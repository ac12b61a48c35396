//! Getting back what a device lost: its folder was deleted, the program reinstalled, the device's key is gone.

use cardkey_crypto::base64url;
use cardkey_domain::{AppId, LicenceId};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::Request;
use crate::{Client, Error, Verdict};

#[derive(Deserialize)]
struct Licences {
    items: Vec<Listed>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    id: LicenceId,
    app_id: AppId,
}

#[derive(Deserialize)]
struct Reissued {
    verdict: String,
}

impl Client {
    /// Finds a licence of who is signed in, for this app, that is bound to this device; gets a verdict about it and keeps that. With a
    /// device key, this device's present key takes the place of the lost one. [`Error::NotActivated`] when there is no such licence.
    pub async fn recover(&self) -> Result<Verdict, Error> {
        let mut cursor = None;
        loop {
            let page = self.own_licences(cursor.as_deref()).await?;
            for licence in page.items.iter().filter(|licence| licence.app_id == self.app) {
                if let Some(verdict) = self.reissued(licence.id).await? {
                    return Ok(verdict);
                }
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Err(Error::NotActivated);
            }
        }
    }

    async fn own_licences(&self, cursor: Option<&str>) -> Result<Licences, Error> {
        let query = [("page_size", Some("100")), ("cursor", cursor)];
        let request = Request { path: "api/v1/licenses", query: &query, repeatable: true, ..Request::default() };
        self.as_user(request).await?.data()
    }

    /// A verdict about the licence; `None` when it is not bound to this device.
    async fn reissued(&self, licence: LicenceId) -> Result<Option<Verdict>, Error> {
        let nonce = base64url(&self.ambient.bytes::<16>());
        let key = self.device_key().await?.map_or(Value::Null, |key| json!(key.public_key().to_string()));
        let body = json!({ "device_info": self.device, "nonce": nonce, "device_public_key": key });
        let path = format!("api/v1/licenses/{licence}/verdict");
        let request = Request {
            path: &path,
            body: Some(&body),
            idempotency_key: Some(&nonce),
            repeatable: true,
            ..Request::default()
        };
        match self.as_user(request).await {
            Ok(reply) => self.keep_first(&reply.data::<Reissued>()?.verdict, &nonce).await.map(Some),
            Err(Error::Refused(refusal)) if refusal.code == "device.not_bound" => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
