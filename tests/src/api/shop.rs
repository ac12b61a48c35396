use serde_json::{Value, json};

use super::reply::text;
use super::{Person, Reply};

/// A registered app.
#[derive(Debug, Clone)]
pub struct App {
    /// Its identifier.
    pub id: String,
}

/// A batch of card keys that is whole.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its identifier.
    pub id: String,
    /// The codes, XXXX-XXXX-XXXX-XXXX, as exported.
    pub codes: Vec<String>,
}

/// An order of card keys that is being put together.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    operator: &'a Person,
    body: Value,
}

impl Person {
    /// Registers an app.
    pub async fn app(&self, name: &str) -> App {
        self.app_with(name, json!({})).await
    }

    /// Registers an app with rules of its own.
    pub async fn app_with(&self, name: &str, policy: Value) -> App {
        let reply = self.api.post("/api/v1/apps", &json!({ "name": name, "policy": policy })).send().await;
        App { id: text(&reply.ok().data()["id"]) }
    }

    /// Orders card keys for an app: one, for 30 days, for one device, until said otherwise.
    #[must_use]
    pub fn order(&self, app: &App) -> Order<'_> {
        let body = json!({ "app_id": app.id, "count": 1, "validity": { "type": "days", "days": 30 } });
        Order { operator: self, body }
    }

    /// The codes of a batch, as its export holds them.
    pub async fn export(&self, batch: &str) -> Vec<String> {
        let export = format!("/api/v1/card-keys/batches/{batch}/export?format=txt");
        let export = self.api.get(&export).send().await.ok();
        export.text().lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// One card key for an app, for 30 days and one device.
    pub async fn card_key(&self, app: &App) -> String {
        self.order(app).place().await.codes.remove(0)
    }

    /// The card key of a code, as lists show it.
    pub async fn find_card_key(&self, code: &str) -> Value {
        let list = self.api.get("/api/v1/card-keys").query(&[("q", code)]).send().await.ok().data();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
        list["items"][0].clone()
    }

    /// Does something to the card key of a code: `disable`, `enable`, …
    pub async fn change_card_key(&self, code: &str, change: &str, body: Value) -> Reply {
        let id = text(&self.find_card_key(code).await["id"]);
        self.api.post(&format!("/api/v1/card-keys/{id}/{change}"), &body).send().await
    }

    /// Tries to redeem a card key on a device.
    pub async fn try_activate(&self, code: &str, device: &Value) -> Reply {
        let body = json!({ "card_key": code, "device_info": device });
        self.api.post("/api/v1/card-keys/activate", &body).send().await
    }

    /// Redeems a card key on a device and returns the reply's data.
    pub async fn activate(&self, code: &str, device: &Value) -> Value {
        self.try_activate(code, device).await.ok().data()
    }
}

impl Order<'_> {
    /// Any field of the order.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.body[field] = value.into();
        self
    }

    /// How many.
    #[must_use]
    pub fn count(self, count: usize) -> Self {
        self.with("count", count)
    }

    /// Places the order, without insisting on anything.
    pub async fn send(self) -> Reply {
        self.operator.api.post("/api/v1/card-keys/batches", &self.body).send().await
    }

    /// Places the order and returns the batch's identifier.
    pub async fn finish(self) -> String {
        text(&self.send().await.ok().data()["id"])
    }

    /// Places the order and takes the codes.
    pub async fn place(self) -> Batch {
        let operator = self.operator;
        let id = self.finish().await;
        let codes = operator.export(&id).await;
        Batch { id, codes }
    }
}
