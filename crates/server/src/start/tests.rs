use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cardkey_crypto::MasterKey;
use cardkey_domain::{CardKeyId, ManualClock, PageRequest, SeededEntropy, Text, Timestamp, Validity};
use cardkey_events::{Call, Once};
use cardkey_licensing::model::AppPolicy;
use cardkey_licensing::{CardKeyQuery, OrderBatch, RegisterApp};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::rotate::{Rotated, rotate};
use super::{Application, StartError};
use crate::config::{Environment, Settings};
use crate::http::Services;

const OWN_PASSWORD: (&str, &str) = ("INITIAL_ADMIN_PASSWORD", "Correct-Horse-7");

fn settings(folder: &Path, more: &[(&'static str, &str)]) -> Settings {
    let data_dir = ("DATA_DIR", folder.join("data").display().to_string());
    let usual = [data_dir, ("PORT", "0".into()), ("PASSWORD_SALT_ROUNDS", "4".into())];
    let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
    Settings::load(&Environment::of(usual.into_iter().chain(more))).unwrap()
}

fn a_key(seed: u64) -> String {
    MasterKey::generate(&SeededEntropy::new(seed)).to_text().expose().clone()
}

async fn build(settings: &Settings) -> Result<Application, StartError> {
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_800_000_000)));
    Application::build(settings, clock, Arc::new(SeededEntropy::new(11))).await
}

async fn refusal(folder: &TempDir, more: &[(&'static str, &str)]) -> String {
    match build(&settings(folder.path(), more)).await {
        Ok(_) => panic!("it starts"),
        Err(error) => error.in_one_line(),
    }
}

// SEC-08, AUTH-02
#[tokio::test]
async fn production_without_secrets_of_its_own_does_not_start_and_touches_nothing() {
    let folder = TempDir::new().unwrap();
    let production = ("APP_ENV", "production");
    let key = a_key(1);
    let told = refusal(&folder, &[production]).await;
    assert!(told.starts_with("ENCRYPTION_KEY or ENCRYPTION_KEY_FILE is needed"), "{told}");
    for password in [None, Some(("INITIAL_ADMIN_PASSWORD", "admin1314159"))] {
        let given: Vec<_> =
            [Some(production), Some(("ENCRYPTION_KEY", key.as_str())), password].into_iter().flatten().collect();
        let told = refusal(&folder, &given).await;
        assert!(told.starts_with("INITIAL_ADMIN_PASSWORD must be"), "{told}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(build(&settings(folder.path(), &[production, ("ENCRYPTION_KEY", &key), OWN_PASSWORD])).await.is_ok());
}

// SEC-08
#[tokio::test]
async fn another_key_or_a_lost_one_stops_the_start() {
    let folder = TempDir::new().unwrap();
    assert!(build(&settings(folder.path(), &[("ENCRYPTION_KEY", &a_key(1))])).await.is_ok());
    let told = refusal(&folder, &[("ENCRYPTION_KEY", &a_key(2))]).await;
    assert_eq!(told, "ENCRYPTION_KEY is not the key that this database is encrypted under");
    let told = refusal(&folder, &[]).await;
    assert!(told.contains("encryption.key is gone"), "{told}");
    assert!(!folder.path().join("data/encryption.key").exists(), "no other key is left lying about");
    assert!(build(&settings(folder.path(), &[("ENCRYPTION_KEY", &a_key(1))])).await.is_ok());
}

// SEC-08
#[tokio::test]
async fn secrets_rotate_to_another_key_and_the_old_one_is_of_no_more_use() {
    let folder = TempDir::new().unwrap();
    let (old, new) = (a_key(1), a_key(2));
    let entropy = || Arc::new(SeededEntropy::new(12));
    let application = build(&settings(folder.path(), &[("ENCRYPTION_KEY", &old)])).await.unwrap();
    let card_key = a_card_key(&application.services).await;

    let both = settings(folder.path(), &[("ENCRYPTION_KEY", &new), ("ENCRYPTION_KEY_OLD", &old)]);
    assert!(build(&both).await.is_ok(), "a server goes on with both");
    let rotated = rotate(&both, entropy()).await.unwrap();
    assert_eq!((rotated.secrets, rotated.signing_keys, rotated.card_keys, rotated.receipts), (3, 4, 1, 1));
    assert_eq!(rotate(&both, entropy()).await.unwrap(), Rotated::default(), "nothing is left");

    let application = build(&settings(folder.path(), &[("ENCRYPTION_KEY", &new)])).await.unwrap();
    let call = Call::by_system("test", "test".into());
    assert!(application.services.licensing.reveal(&call, card_key).await.is_ok());
    assert!(refusal(&folder, &[("ENCRYPTION_KEY", &old)]).await.starts_with("ENCRYPTION_KEY is not the key"));
}

/// The one card key of a batch that was ordered once.
async fn a_card_key(services: &Services) -> CardKeyId {
    let call = Call::by_system("test", "test".into());
    let name = Text::parse("Player").unwrap();
    let register = RegisterApp { name, description: None, contact: None, policy: AppPolicy::default() };
    let app = services.licensing.register_app(&call, register).await.unwrap();
    let order = OrderBatch {
        app_id: app.id,
        count: 1,
        validity: Validity::Permanent,
        max_devices: None,
        name: None,
        note: None,
        price_cents: None,
    };
    let sealer = Arc::clone(&services.sealer);
    let once = Some(Once { scope: "test".into(), key: "k".into(), request_digest: [0; 32], sealer });
    let batch = services.licensing.order_batch(&Call { once, ..call }, order).await.unwrap();
    let query = CardKeyQuery { batch: Some(batch.id), ..CardKeyQuery::default() };
    services.licensing.card_keys(&query, PageRequest::first()).await.unwrap().items[0].id
}

// SEC-08
#[cfg(unix)]
#[tokio::test]
async fn development_makes_and_keeps_a_key_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    assert!(build(&settings(folder.path(), &[])).await.is_ok());
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("data"), mode("data/encryption.key")), (0o700, 0o600));
    assert!(build(&settings(folder.path(), &[])).await.is_ok());
}

// SEC-08
#[tokio::test]
async fn a_key_file_that_holds_no_key_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("key");
    let name = file.display().to_string();
    let told = refusal(&folder, &[("ENCRYPTION_KEY_FILE", &name)]).await;
    assert!(told.starts_with("ENCRYPTION_KEY_FILE") && told.contains("No such file"), "{told}");
    fs::write(&file, "hunter2").unwrap();
    let told = refusal(&folder, &[("ENCRYPTION_KEY_FILE", &name)]).await;
    assert!(told.starts_with("ENCRYPTION_KEY_FILE") && !told.contains("hunter2"), "{told}");
}

// OPS-14
#[tokio::test]
async fn a_taken_port_and_a_data_folder_that_is_a_file_are_named() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let told = refusal(&folder, &[("PORT", &port)]).await;
    assert!(told.starts_with(&format!("PORT {port} on 127.0.0.1 cannot be listened on: ")), "{told}");
    fs::write(folder.path().join("data"), "").unwrap();
    let told = refusal(&folder, &[]).await;
    assert!(told.starts_with("DATA_DIR ") && told.contains("cannot be used: "), "{told}");
}

// OPS-05, NFR-02
#[tokio::test]
async fn a_stopped_server_answers_what_it_took_and_idle_connections_do_not_hold_it() {
    let folder = TempDir::new().unwrap();
    let application = build(&settings(folder.path(), &[])).await.unwrap();
    let address = application.address();
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(application.run_until_stopped(async { drop(stopped.await) }));

    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");

    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), running).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

// OPS-05, NFR-02
#[tokio::test]
async fn a_server_that_is_ending_closes_each_connection_after_its_answer() {
    let folder = TempDir::new().unwrap();
    let application = build(&settings(folder.path(), &[])).await.unwrap();
    let (address, services) = (application.address(), Arc::clone(&application.services));
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(application.run_until_stopped(async { drop(stopped.await) }));

    let mut connection = TcpStream::connect(address).await.unwrap();
    services.traffic.start_draining();
    connection.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    let answered = connection.read_to_string(&mut answer);
    tokio::time::timeout(Duration::from_secs(10), answered).await.expect("the connection is closed").unwrap();
    assert!(answer.contains("connection: close\r\n"), "{answer}");

    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}
