use std::path::{Path, PathBuf};

use cardkey_tests::api::PASSWORD;
use cardkey_tests::server::Server;
use cardkey_tests::{Backend, Database};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;

use super::python::python_with_libraries;

/// A computer with the example program of docs/examples on it.
struct Computer {
    python: PathBuf,
    server: String,
    app: String,
    folder: TempDir,
}

// DOC-01, LIC-01, LIC-04
#[tokio::test(flavor = "multi_thread")]
async fn the_example_in_python_redeems_a_card_key_starts_online_and_offline_and_stops_when_told_to() {
    let mut server = Server::on(Database::create(Backend::Sqlite)).await;
    let admin = server.api().admin().await;
    let app = admin.app("Paint").await;
    let code = admin.card_key(&app).await;
    admin.create_user("lin", &["user"]).await;
    let python = tokio::task::spawn_blocking(python_with_libraries).await.unwrap();
    let address = format!("http://127.0.0.1:{}", server.port());
    let computer = Computer { python, server: address, app: app.id, folder: TempDir::new().unwrap() };
    let first = |password| ["--user", "lin", "--password", password, "--card-key", code.as_str()];

    assert_eq!(computer.start("data", &[]).await.0, 2, "the first start needs an account and a card key");
    assert_eq!(computer.start("data", &first("Wrong-1-password")).await.0, 3);
    let (exit, told) = computer.start("data", &first(PASSWORD)).await;
    assert!(exit == 0 && told.contains("卡密激活成功") && told.contains("(online)"), "{exit} {told}");
    let (exit, told) = computer.start("data", &[]).await;
    assert!(exit == 0 && told.contains("(online)") && !told.contains("卡密激活成功"), "{exit} {told}");
    // The same computer that lost its folder gets its licence back.
    let (exit, told) = computer.start("new data", &first(PASSWORD)).await;
    assert!(exit == 0 && told.contains("(online)"), "{exit} {told}");

    let _ended = server.terminate().await;
    let (exit, told) = computer.start("data", &[]).await;
    assert!(exit == 0 && told.contains("offline, on the lease"), "{exit} {told}");
    server.start_again_with(|settings| settings.set("PORT", port(&computer.server))).await;
    let _ = admin.change_card_key(&code, "disable", json!({})).await.ok();
    let (exit, told) = computer.start("data", &[]).await;
    assert!(exit == 4 && told.contains("DISABLED"), "{exit} {told}");
    // Going offline does not undo a no.
    server.kill().await;
    assert_eq!(computer.start("data", &[]).await.0, 5);
}

impl Computer {
    /// Starts the program; returns its exit code and what it said.
    async fn start(&self, data: &str, more: &[&str]) -> (i32, String) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples/python_client.py");
        let mut command = Command::new(&self.python);
        command.arg(script).args(["--server", &self.server, "--app", &self.app, "--data-dir"]);
        command.arg(self.folder.path().join(data)).args(more).env("PYTHONIOENCODING", "utf-8").kill_on_drop(true);
        let output = command.output().await.unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
    }
}

fn port(address: &str) -> &str {
    address.rsplit(':').next().unwrap()
}
