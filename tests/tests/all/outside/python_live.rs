use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use cardkey_tests::api::{PASSWORD, Person};
use cardkey_tests::server::Server;
use cardkey_tests::{Backend, Database};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::python::python_with_libraries;

const PATIENCE: Duration = Duration::from_secs(60);

/// The example program of docs/examples while it runs.
struct Listener {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
}

// DOC-01, ANN-04, ANN-07
#[tokio::test(flavor = "multi_thread")]
async fn the_example_in_python_hears_everything_once_through_restarts_of_both() {
    let mut server = Server::on(Database::create(Backend::Sqlite)).await;
    let port = server.port();
    let admin = server.api().admin().await;
    admin.create_user("lin", &["user"]).await;
    let python = tokio::task::spawn_blocking(python_with_libraries).await.unwrap();
    let folder = TempDir::new().unwrap();
    let address = format!("http://127.0.0.1:{port}");
    let listen = |password: &str, count: u32| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples/python_live.py");
        let mut command = Command::new(&python);
        command.arg(script).args(["--server", &address, "--user", "lin", "--password", password, "--state"]);
        command.arg(folder.path().join("state.json")).args(["--count", &count.to_string()]);
        command.env("PYTHONIOENCODING", "utf-8").stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        Listener { child, output }
    };
    assert_eq!(listen("Wrong-1-password", 1).exit_code().await, 3);

    announce(&admin, "waits in the inbox").await;
    let mut listener = listen(PASSWORD, 3);
    assert_eq!(listener.line().await, "[system] waits in the inbox");
    announce(&admin, "live").await;
    assert_eq!(listener.line().await, "[system] live");
    let _ended = server.terminate().await;
    server.start_again_with(|settings| settings.set("PORT", port.to_string())).await;
    let admin = server.api().admin().await;
    announce(&admin, "while it was on its way back").await;
    assert_eq!(listener.line().await, "[system] while it was on its way back");
    assert_eq!(listener.exit_code().await, 0);

    announce(&admin, "while it was not running").await;
    let mut listener = listen(PASSWORD, 2);
    assert_eq!(listener.line().await, "[system] while it was not running");
    announce(&admin, "the last").await;
    assert_eq!(listener.line().await, "[system] the last");
    assert_eq!(listener.exit_code().await, 0);

    let mut listener = listen(PASSWORD, 10);
    announce(&admin, "hello").await;
    assert_eq!(listener.line().await, "[system] hello");
    let users = admin.api.get("/api/v1/users").query(&[("q", "lin")]).send().await.ok().data();
    let path = format!("/api/v1/users/{}/sign-out", users["items"][0]["id"].as_str().unwrap());
    let _ = admin.api.post(&path, &json!({})).send().await.ok();
    assert_eq!(listener.exit_code().await, 4, "sent away for good");
}

async fn announce(operator: &Person, title: &str) {
    let body = json!({
        "type": "system", "title": title, "content": "x", "priority": "low", "audience": { "kind": "all" },
    });
    let made = operator.api.post("/api/v1/announcements", &body).send().await.ok().data();
    let path = format!("/api/v1/announcements/{}/publish", made["id"].as_str().unwrap());
    let _ = operator.api.post(&path, &json!({})).send().await.ok();
}

impl Listener {
    async fn line(&mut self) -> String {
        let line = tokio::time::timeout(PATIENCE, self.output.next_line()).await;
        line.expect("the program says something").unwrap().expect("the program goes on")
    }

    async fn exit_code(mut self) -> i32 {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        status.expect("the program ends").unwrap().code().unwrap()
    }
}
