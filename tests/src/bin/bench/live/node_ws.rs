use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cardkey_tests::{OutsideProgram, free_port, until};
use tempfile::TempDir;

use super::broadcaster::{Broadcaster, upgrade};
use crate::http::Connection;
use crate::process::{CpuTime, Memory};

const NODE: OutsideProgram = OutsideProgram { name: "node", package: "nodejs" };
const NPM: OutsideProgram = OutsideProgram { name: "npm", package: "npm" };

/// Node.js with the package `ws`, one process, as it is usually run.
pub(super) struct NodeWs {
    child: Child,
    port: u16,
    publisher: Connection,
    message: String,
    _folder: TempDir,
}

impl NodeWs {
    /// Starts it; every message will have so many bytes.
    pub(super) async fn start(bytes: usize) -> Self {
        let node = NODE.find_or_install().unwrap_or_else(|missing| panic!("{missing}"));
        let npm = NPM.find_or_install().unwrap_or_else(|missing| panic!("{missing}"));
        let folder = TempDir::with_prefix("cardkey-bench-ws-").expect("a temporary folder");
        let install = ["install", "--silent", "--no-audit", "--no-fund", "ws@8"];
        let installed = Command::new(npm).args(install).current_dir(folder.path()).stdin(Stdio::null()).status();
        assert!(installed.is_ok_and(|status| status.success()), "the package ws cannot be installed");
        let script = folder.path().join("ws.js");
        fs::write(&script, include_str!("peers/ws.js")).expect("a script is written");
        let port = free_port();
        let mut command = Command::new(node);
        command.arg(&script).arg(port.to_string()).env("NODE_ENV", "production").stdin(Stdio::null());
        let child = command.spawn().expect("node starts");
        let publisher =
            until("node to listen", Duration::from_secs(30), async || Connection::open(port).await.ok()).await;
        Self { child, port, publisher, message: super::outcome::message(bytes), _folder: folder }
    }
}

impl Broadcaster for NodeWs {
    fn name(&self) -> &'static str {
        "ws (Node.js)"
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn upgrade(&self, _: usize) -> String {
        upgrade("/", "")
    }

    fn greetings(&self) -> usize {
        0
    }

    async fn prepare(&mut self, _: usize) {}

    async fn say(&mut self) -> Duration {
        super::outcome::publish(&mut self.publisher, &self.message).await
    }

    fn cpu(&self) -> CpuTime {
        CpuTime::of(self.child.id())
    }

    fn memory(&self) -> Memory {
        Memory::of(self.child.id())
    }
}

impl Drop for NodeWs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
