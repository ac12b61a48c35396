use std::path::Path;
use std::process::{Command, Stdio};

use cardkey_tests::api::{Token, device};
use cardkey_tests::server::Server;
use cardkey_tests::{Backend, Database};
use serde_json::{Value, json};

use super::python::{insist, python_with_libraries};

// LIC-01, TOK-02
#[tokio::test(flavor = "multi_thread")]
async fn another_languages_library_checks_tokens_and_verdicts_from_the_published_keys() {
    let python = python_with_libraries();
    let server = Server::on(Database::create(Backend::Sqlite)).await;
    let admin = server.api().admin().await;
    let app = admin.app("Paint").await;
    let code = admin.card_key(&app).await;
    let lin = admin.customer("lin").await;
    let licence = lin.activate(&code, &device(1)).await;
    let verdict = licence["verdict"].as_str().unwrap();
    let access = Token::read(lin.api.token());

    let base = format!("http://127.0.0.1:{}", server.port());
    let asked = json!({
        "tokens": {
            "access": { "token": lin.api.token(), "url": format!("{base}/.well-known/jwks.json"), "audience": access.claims["aud"], "issuer": access.claims["iss"] },
            "verdict": { "token": verdict, "url": format!("{base}/api/v1/apps/{}/keys", app.id), "audience": app.id, "issuer": base },
        },
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/outside/check_tokens.py");
    let checked = tokio::task::spawn_blocking(move || ask(&python, &script, &asked)).await.unwrap();
    assert_eq!(checked["access"]["claims"]["sub"], lin.id.as_str());
    assert_eq!(checked["verdict"]["header"]["typ"], "cardkey-verdict+jwt");
    assert_eq!(checked["verdict"]["claims"]["sub"], licence["license_id"]);
    assert_eq!(checked["verdict"]["claims"]["code"], "VALID");
}

fn ask(python: &Path, script: &Path, asked: &Value) -> Value {
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    serde_json::to_writer(child.stdin.take().unwrap(), asked).unwrap();
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&insist(output).stdout).unwrap()
}
