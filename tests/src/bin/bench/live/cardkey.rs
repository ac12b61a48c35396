use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::json;

use super::broadcaster::{Broadcaster, upgrade};
use crate::api::{Caller, text};
use crate::options::Options;
use crate::process::{CpuTime, Memory};
use crate::server::Server;

/// What is said. With its frame around it a message has about 400 bytes, which the peers are given too.
const TITLE: &str = "Version 2.4 is out";
const CONTENT: &str = "The export is *twice as fast*, projects open where they were left, and the crash on some graphics cards is \
                       gone. Restart the program to update.";

/// Our own server, with customers who are connected.
pub(super) struct Cardkey {
    server: Server,
    admin: Caller,
    customers: Vec<Caller>,
    ready: VecDeque<String>,
}

impl Cardkey {
    pub(super) async fn start(options: &Options) -> Self {
        // Passwords are no part of this: signing a thousand customers in would take ten minutes.
        let settings = [("PASSWORD_SALT_ROUNDS", "4"), ("WS_MAX_PER_USER", "50"), ("WS_MAX_PER_ADDRESS", "100")];
        let server = Server::start_with(&options.server, None, &settings).await;
        let mut admin = Caller::administrator(server.port).await;
        let customers = admin.customers(options.listening_customers()).await;
        Self { server, admin, customers, ready: VecDeque::new() }
    }
}

impl Broadcaster for Cardkey {
    fn name(&self) -> &'static str {
        "cardkey"
    }

    fn port(&self) -> u16 {
        self.server.port
    }

    fn upgrade(&self, client: usize) -> String {
        let token = &self.customers[client % self.customers.len()].token;
        upgrade("/api/v1/ws", &format!("Authorization: Bearer {token}\r\n"))
    }

    fn greetings(&self) -> usize {
        1
    }

    async fn prepare(&mut self, messages: usize) {
        while self.ready.len() < messages {
            let draft = json!({
                "type": "version", "title": TITLE, "content": CONTENT, "priority": "medium", "audience": {"kind": "all"},
            });
            let made = self.admin.post("/api/v1/announcements", &draft).await;
            self.ready.push_back(text(&made["data"]["id"]));
        }
    }

    async fn say(&mut self) -> Duration {
        let id = self.ready.pop_front().expect("a message that was prepared");
        let start = Instant::now();
        self.admin.post(&format!("/api/v1/announcements/{id}/publish"), &json!({})).await;
        start.elapsed()
    }

    fn cpu(&self) -> CpuTime {
        self.server.cpu()
    }

    fn memory(&self) -> Memory {
        self.server.memory()
    }
}
