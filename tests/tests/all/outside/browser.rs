use std::path::PathBuf;

use cardkey_tests::OutsideProgram;
use cardkey_tests::server::Server;
use cardkey_tests::{Backend, Database};
use tokio::process::Command;

const CHROMIUM: OutsideProgram = OutsideProgram { name: "chromium", package: "chromium" };

/// A page that breaks its own policy, to see that the browser tells of it.
const BROKEN: &str =
    "data:text/html,<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\"><script>1</script>";

/// What a browser made of a page, and what it said on the console meanwhile.
struct Shown {
    page: String,
    console: Vec<String>,
}

// SEC-03, DOC-01
#[tokio::test]
async fn the_interface_is_shown_by_a_browser_that_enforces_its_policy() {
    let chromium = tokio::task::spawn_blocking(|| CHROMIUM.find_or_install()).await.unwrap();
    let chromium = chromium.unwrap_or_else(|missing| panic!("{missing}"));
    let broken = show(&chromium, BROKEN).await.console;
    assert!(broken.iter().any(|line| line.contains("Content Security Policy")), "{broken:?}");

    let server = Server::on(Database::create(Backend::Sqlite)).await;
    let Shown { page, console } = show(&chromium, &format!("http://127.0.0.1:{}/docs", server.port())).await;
    assert_eq!(console, [""; 0], "nothing to complain of");
    for shown in ["opblock-summary-post", "data-path=\"/api/v1/card-keys/activate\"", "Redeem a card key on a device"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
}

async fn show(chromium: &PathBuf, address: &str) -> Shown {
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(chromium);
    command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"]);
    // Of the page's own time, which passes as soon as there is nothing to wait for.
    command.args(["--virtual-time-budget=10000", "--dump-dom", address]);
    command.arg(format!("--user-data-dir={}", profile.path().display())).kill_on_drop(true);
    let output = command.output().await.unwrap();
    let (page, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    let console = said.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
    Shown { page: page.into_owned(), console }
}
