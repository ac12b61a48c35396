use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cardkey_tests::{OutsideProgram, free_port, until};
use tempfile::TempDir;

use super::broadcaster::{Broadcaster, upgrade};
use crate::http::Connection;
use crate::process::{CpuTime, Memory, children};

const NGINX: OutsideProgram = OutsideProgram { name: "nginx", package: "libnginx-mod-nchan" };

/// nginx with the module nchan, two workers.
pub(super) struct Nchan {
    child: Child,
    port: u16,
    publisher: Connection,
    message: String,
    _folder: TempDir,
}

impl Nchan {
    /// Starts it; every message will have so many bytes.
    pub(super) async fn start(bytes: usize) -> Self {
        let program = NGINX.find_or_install().unwrap_or_else(|missing| panic!("{missing}"));
        let folder = TempDir::with_prefix("cardkey-bench-nchan-").expect("a temporary folder");
        let port = free_port();
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration(folder.path(), port)).expect("a configuration is written");
        let mut command = Command::new(program);
        command.arg("-p").arg(folder.path()).arg("-c").arg(&file).args(["-e", "stderr"]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.expect("nginx starts");
        let publisher =
            until("nginx to listen", Duration::from_secs(30), async || Connection::open(port).await.ok()).await;
        Self { child, port, publisher, message: super::outcome::message(bytes), _folder: folder }
    }
}

/// The module as its own documents recommend it for a plain publish and subscribe, without a history.
fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "load_module /usr/lib/nginx/modules/ngx_nchan_module.so;\n\
         daemon off; user root; worker_processes 2; worker_rlimit_nofile 20000; pid {folder}/pid;\n\
         error_log stderr crit;\n\
         events {{ worker_connections 16000; }}\n\
         http {{\n  access_log off; nchan_shared_memory_size 512M; keepalive_requests 1000000;\n\
         server {{\n    listen 127.0.0.1:{port} backlog=4096;\n\
         location = /publish {{ nchan_publisher; nchan_channel_id all; nchan_message_buffer_length 0; nchan_message_timeout 1m; }}\n\
         location = /subscribe {{ nchan_subscriber websocket; nchan_channel_id all; nchan_subscriber_first_message newest; }}\n\
         }}\n}}\n"
    )
}

impl Broadcaster for Nchan {
    fn name(&self) -> &'static str {
        "nchan"
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn upgrade(&self, _: usize) -> String {
        upgrade("/subscribe", "")
    }

    fn greetings(&self) -> usize {
        0
    }

    async fn prepare(&mut self, _: usize) {}

    async fn say(&mut self) -> Duration {
        super::outcome::publish(&mut self.publisher, &self.message).await
    }

    fn cpu(&self) -> CpuTime {
        let mut cpu = CpuTime::of(self.child.id());
        children(self.child.id()).into_iter().for_each(|worker| cpu += CpuTime::of(worker));
        cpu
    }

    fn memory(&self) -> Memory {
        let workers = children(self.child.id()).into_iter().map(Memory::own_of);
        workers.fold(Memory::own_of(self.child.id()), Memory::and)
    }
}

impl Drop for Nchan {
    fn drop(&mut self) {
        for worker in children(self.child.id()) {
            crate::process::terminate(worker);
        }
        crate::process::terminate(self.child.id());
        let _ = self.child.wait();
    }
}
