use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::http::{Connection, request};
use crate::server::ADMIN_PASSWORD;

/// Somebody who calls the API: the administrator or a customer. What is refused ends the benchmark, as its figures would mean nothing.
#[derive(Debug)]
pub(crate) struct Caller {
    port: u16,
    connection: Connection,
    pub(crate) token: String,
}

const CUSTOMER_PASSWORD: &str = "Custom-er-2-password";

impl Caller {
    /// The administrator, past the first change of the password where one is asked for.
    pub(crate) async fn administrator(port: u16) -> Self {
        let mut admin = Self::signed_in(port, "admin", ADMIN_PASSWORD).await;
        let session = admin.get("/api/v1/auth/check-session").await;
        if session["data"]["user"]["must_change_password"] == true {
            let new = format!("{ADMIN_PASSWORD}-2");
            let change = json!({"old_password": ADMIN_PASSWORD, "new_password": new});
            admin.post("/api/v1/auth/password/change", &change).await;
            admin = Self::signed_in(port, "admin", &new).await;
        }
        admin
    }

    /// New customers, each signed in on a device of their own.
    pub(crate) async fn customers(&mut self, count: usize) -> Vec<Self> {
        static SERIAL: AtomicUsize = AtomicUsize::new(0);
        let mut customers = Vec::new();
        for _ in 0..count {
            let name = format!("customer-{}", SERIAL.fetch_add(1, Ordering::Relaxed));
            let email = format!("{name}@example.com");
            let user = json!({"username": name, "email": email, "password": CUSTOMER_PASSWORD, "roles": ["user"]});
            self.post("/api/v1/users", &user).await;
            customers.push(Self::signed_in(self.port, &name, CUSTOMER_PASSWORD).await);
        }
        customers
    }

    /// A new application's id.
    pub(crate) async fn app(&mut self) -> String {
        let app = self.post("/api/v1/apps", &json!({"name": "Benchmark"})).await;
        text(&app["data"]["id"])
    }

    /// Orders a batch of card keys and returns its id at once; [`Caller::batch_is_done`] tells when they are there.
    pub(crate) async fn order_batch(&mut self, app: &str, count: usize) -> String {
        let order = json!({"app_id": app, "count": count, "validity": {"type": "days", "days": 365}});
        let batch = self.post("/api/v1/card-keys/batches", &order).await;
        text(&batch["data"]["id"])
    }

    pub(crate) async fn batch_is_done(&mut self, batch: &str) -> bool {
        let state = self.get(&format!("/api/v1/card-keys/batches/{batch}")).await;
        let status = text(&state["data"]["status"]);
        assert!(!matches!(status.as_str(), "failed" | "cancelled"), "the batch did not come about: {state}");
        matches!(status.as_str(), "done" | "completed" | "finished")
    }

    /// New card keys in clear.
    pub(crate) async fn card_keys(&mut self, app: &str, count: usize) -> Vec<String> {
        let batch = self.order_batch(app, count).await;
        while !self.batch_is_done(&batch).await {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let export = self.get_text(&format!("/api/v1/card-keys/batches/{batch}/export?format=txt")).await;
        let keys: Vec<String> =
            export.lines().map(str::trim).filter(|line| line.len() == 19).map(str::to_owned).collect();
        assert_eq!(keys.len(), count, "the export holds other card keys than were ordered");
        keys
    }

    pub(crate) async fn get(&mut self, path: &str) -> Value {
        serde_json::from_str(&self.get_text(path).await).expect("a JSON reply")
    }

    pub(crate) async fn get_text(&mut self, path: &str) -> String {
        let text = request("GET", path, Some(&self.token), None);
        self.accepted(path, &text).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Value {
        let text = request("POST", path, Some(&self.token), Some(&body.to_string()));
        serde_json::from_str(&self.accepted(path, &text).await).expect("a JSON reply")
    }

    async fn accepted(&mut self, path: &str, request: &str) -> String {
        let reply = self.connection.call(request).await.expect("the server answers");
        let body = String::from_utf8(reply.body).expect("a text reply");
        assert!((200..300).contains(&reply.status), "{path} was answered with {} {body}", reply.status);
        body
    }

    async fn signed_in(port: u16, name: &str, password: &str) -> Self {
        let connection = Connection::open(port).await.expect("the server accepts connections");
        let mut caller = Self { port, connection, token: String::new() };
        let body = json!({"username": name, "password": password}).to_string();
        let reply = caller.accepted("login", &request("POST", "/api/v1/auth/login", None, Some(&body))).await;
        let reply: Value = serde_json::from_str(&reply).expect("a JSON reply");
        caller.token = text(&reply["access_token"]);
        caller
    }
}

/// The body that redeems a card key on a machine of its own; the serial numbers have the form of real ones.
pub(crate) fn activation(card_key: &str, machine: usize) -> Value {
    json!({"card_key": card_key, "device_info": device(machine), "nonce": format!("nonce-{machine:026}")})
}

/// What a client reports of machine number so-and-so.
pub(crate) fn device(machine: usize) -> Value {
    let [.., high, middle, low] = machine.to_be_bytes();
    json!({
        "cpu_id": format!("BFEBFBFF{machine:08X}"),
        "motherboard_id": format!("PF2XK{machine:07}"),
        "mac_address": format!("3C:52:82:{high:02X}:{middle:02X}:{low:02X}"),
        "name": format!("DESKTOP-{machine:06}"),
        "os": "Windows 11",
    })
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text was expected, not {value}")).to_owned()
}
