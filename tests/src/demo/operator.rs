use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::server::http_client;

const FIRST_PASSWORD: &str = "admin1314159";
const PASSWORD: &str = "Sturdy-Lantern-4711";

/// The administrator of the server, with nothing but the HTTP API.
pub(super) struct Operator {
    http: reqwest::Client,
    server: String,
    token: String,
}

impl Operator {
    /// Signs in with the password of the first start, which is good for one thing.
    pub(super) async fn arrive(server: &str) -> Result<Self, String> {
        let http = http_client()?;
        let mut operator = Self { http, server: server.to_owned(), token: String::new() };
        let reply = operator.sign_in(FIRST_PASSWORD).await?;
        if reply["data"]["user"]["must_change_password"] != true {
            return Err(format!("the first password may stay: {reply}"));
        }
        Ok(operator)
    }

    /// Finds that nothing else is allowed, changes the password, and signs in with the new one.
    pub(super) async fn change_password(&mut self) -> Result<(), String> {
        let (status, reply) = self.call(Method::GET, "/api/v1/users", None).await?;
        if status != 403 {
            return Err(format!("before the password is changed, more is allowed than that: {status} {reply}"));
        }
        let change = json!({ "old_password": FIRST_PASSWORD, "new_password": PASSWORD });
        self.post("/api/v1/auth/password/change", &change).await?;
        self.sign_in(PASSWORD).await.map(drop)
    }

    pub(super) async fn register_app(&self, name: &str) -> Result<String, String> {
        let reply = self.post("/api/v1/apps", &json!({ "name": name, "policy": { "entitlements": ["pro"] } })).await?;
        text(&reply["data"]["id"])
    }

    /// Orders card keys; so many are there when the call returns.
    pub(super) async fn generate(&self, app: &str, count: usize) -> Result<String, String> {
        let order =
            json!({ "app_id": app, "count": count, "validity": { "type": "days", "days": 365 }, "name": "demo" });
        let reply = self.post("/api/v1/card-keys/batches", &order).await?;
        text(&reply["data"]["id"])
    }

    /// The card keys in clear, one a line.
    pub(super) async fn export(&self, batch: &str) -> Result<Vec<String>, String> {
        let path = format!("{}/api/v1/card-keys/batches/{batch}/export?format=txt", self.server);
        let reply = self.http.get(path).bearer_auth(&self.token).send().await.map_err(|error| error.to_string())?;
        let (status, body) = (reply.status(), reply.text().await.map_err(|error| error.to_string())?);
        let keys: Vec<String> = body.lines().map(str::to_owned).collect();
        let distinct = keys.iter().collect::<HashSet<_>>().len();
        if status != 200 || keys.iter().any(|key| key.len() != 19) || distinct != keys.len() {
            return Err(format!("not a list of distinct card keys: {status} {body:.200}"));
        }
        Ok(keys)
    }

    pub(super) async fn make_account(&self, name: &str, password: &str) -> Result<(), String> {
        let email = format!("{name}@example.com");
        let account = json!({ "username": name, "email": email, "password": password, "roles": ["user"] });
        self.post("/api/v1/users", &account).await.map(drop)
    }

    /// Shuts off the one card key that was redeemed.
    pub(super) async fn disable_redeemed(&self, batch: &str) -> Result<(), String> {
        let list = format!("/api/v1/card-keys?batch_id={batch}&status=activated");
        let (status, reply) = self.call(Method::GET, &list, None).await?;
        if status != 200 || reply["data"]["total"] != 1 {
            return Err(format!("not one redeemed card key: {status} {reply}"));
        }
        let id = text(&reply["data"]["items"][0]["id"])?;
        self.post(&format!("/api/v1/card-keys/{id}/disable"), &json!({})).await.map(drop)
    }

    async fn sign_in(&mut self, password: &str) -> Result<Value, String> {
        let reply = self.post("/api/v1/auth/login", &json!({ "username": "admin", "password": password })).await?;
        self.token = text(&reply["access_token"])?;
        Ok(reply)
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        match self.call(Method::POST, path, Some(body)).await? {
            (200..=299, reply) => Ok(reply),
            (status, reply) => Err(format!("POST {path}: {status} {reply}")),
        }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<(u16, Value), String> {
        let mut call = self.http.request(method, format!("{}{path}", self.server));
        if !self.token.is_empty() {
            call = call.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            call = call.json(body);
        }
        let reply = call.send().await.map_err(|error| format!("{path}: {error:?}"))?;
        let status = reply.status().as_u16();
        Ok((status, reply.json().await.map_err(|error| format!("{path}: {status}, no JSON: {error}"))?))
    }
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("a text was expected, not {value}"))
}
