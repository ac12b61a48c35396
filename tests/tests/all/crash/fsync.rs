use std::fs;
use std::process::Stdio;
use std::time::Duration;

use cardkey_tests::api::device;
use cardkey_tests::server::Server;
use cardkey_tests::{Backend, Database, OutsideProgram, until};
use tokio::process::Command;

const STRACE: OutsideProgram = OutsideProgram { name: "strace", package: "strace" };

/// A process that is killed loses nothing that the kernel holds, so rounds of kill -9 say nothing of a power cut. This looks at the system
/// calls themselves: between the request that comes in and the 200 that goes out, the write-ahead log was synced.
// NFR-02
#[tokio::test(flavor = "multi_thread")]
async fn the_reply_to_an_activation_follows_the_sync_of_its_commit() {
    let strace = STRACE.find_or_install().unwrap_or_else(|missing| panic!("{missing}"));
    let server = Server::on(Database::create(Backend::Sqlite)).await;
    let admin = server.api().admin().await;
    let app = admin.app("Paint").await;
    let codes = admin.order(&app).count(10).place().await.codes;

    let trace = server.data().join("trace");
    let calls = "trace=fsync,fdatasync,read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg";
    let mut tracer = Command::new(strace);
    tracer.args(["-f", "-y", "-s", "64", "-e", calls, "-o"]).arg(&trace).args(["-p", &server.id().to_string()]);
    let mut tracer =
        tracer.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let read = || fs::read_to_string(&trace).unwrap_or_default();
    until("strace to see the server", Duration::from_secs(30), async || {
        let _ = server.api().get("/livez").send().await.ok();
        read().contains("GET /livez").then_some(())
    })
    .await;
    for (number, code) in codes.iter().enumerate() {
        let _ = admin.activate(code, &device(number)).await;
    }
    until("strace to write down the replies", Duration::from_secs(30), async || {
        (activations(&read()).len() == codes.len()).then_some(())
    })
    .await;
    tracer.kill().await.unwrap();
    for calls in activations(&read()) {
        assert!(
            calls.iter().any(|call| is_sync_of_the_log(call)),
            "answered before the log was synced:\n{}",
            calls.join("\n")
        );
    }
}

/// The system calls from each activation's arrival to the first part of its reply.
fn activations(trace: &str) -> Vec<Vec<&str>> {
    let mut found = Vec::new();
    let mut current: Option<Vec<&str>> = None;
    for line in trace.lines() {
        if line.contains("POST /api/v1/card-keys/activate") {
            current = Some(Vec::new());
        }
        let Some(calls) = &mut current else { continue };
        calls.push(line);
        if line.contains("HTTP/1.1 200") {
            found.extend(current.take());
        }
    }
    found
}

/// A sync of the write-ahead log that has returned 0; one that was interrupted is told in two lines.
fn is_sync_of_the_log(call: &str) -> bool {
    let sync = call.contains("fsync(") || call.contains("fdatasync(") || call.contains("sync resumed>");
    let returned = call.trim_end().ends_with("= 0");
    sync && returned && (call.contains("cardkey.db-wal") || call.contains("resumed>"))
}
