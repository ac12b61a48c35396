use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cardkey_domain::ManualClock;

use super::*;
use crate::testing::{Answer, Authority, FakeServer, builder, clock, device, lease_end, refuse, usual};
use crate::{Advice, Client, DeviceInfo, FileStorage, VerdictCode};

/// A server that can be made unreachable, with a client that activated there.
struct Scene {
    client: Client,
    clock: Arc<ManualClock>,
    away: Arc<AtomicBool>,
    folder: tempfile::TempDir,
    server: FakeServer,
}

async fn scene(answer: impl Fn(&crate::testing::Seen) -> Option<Answer> + Send + Sync + 'static) -> Scene {
    let (clock, away) = (clock(), Arc::new(AtomicBool::new(false)));
    let is_away = Arc::clone(&away);
    let server = FakeServer::start(move |seen, _| {
        if is_away.load(Ordering::SeqCst) {
            return Answer::HangUp;
        }
        answer(seen).unwrap_or_else(|| usual(&Authority::new(1), seen))
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let storage = FileStorage::open(folder.path()).unwrap();
    let client = builder(&server.url, &clock).storage(storage).build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    client.activate("ABCD-EFGH-JKLM-NPQR").await.unwrap();
    Scene { client, clock, away, folder, server }
}

impl Scene {
    fn lose_server(&self) {
        self.away.store(true, Ordering::SeqCst);
    }

    /// The program, started anew from what is on disk.
    fn restarted(&self, device: DeviceInfo) -> Client {
        let storage = FileStorage::open(self.folder.path()).unwrap();
        builder(&self.server.url, &self.clock).device(device).storage(storage).build().unwrap()
    }

    async fn problem(&self) -> LeaseProblem {
        match self.client.start().await.unwrap_err() {
            Error::NoOfflineStart { problem, server: Some(_) } => problem,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_start_asks_the_server_and_falls_back_to_the_lease_when_it_is_away() {
    // LIC-04
    let scene = scene(|_| None).await;
    assert!(matches!(scene.client.start().await.unwrap().mode, Mode::Online));
    scene.lose_server();
    let start = scene.restarted(device()).start().await.unwrap();
    assert!(start.verdict.valid);
    assert!(matches!(start.mode, Mode::Offline { because: Error::Network { .. } }));
}

#[tokio::test]
async fn the_lease_ends_when_the_server_said() {
    // LIC-04
    let scene = scene(|_| None).await;
    scene.lose_server();
    scene.clock.set(lease_end().minus(Duration::from_secs(1)));
    assert!(scene.client.start().await.unwrap().verdict.valid);
    scene.clock.set(lease_end().plus(CLOCK_TOLERANCE));
    assert_eq!(scene.problem().await, LeaseProblem::Ended { at: lease_end() });
    assert_eq!(scene.client.start().await.unwrap_err().advice(), Advice::GoOnline);
}

#[tokio::test]
async fn turning_the_clock_back_does_not_prolong_the_lease() {
    // LIC-05
    let scene = scene(|_| None).await;
    scene.lose_server();
    let late = lease_end().minus(Duration::from_secs(60));
    scene.clock.set(late);
    scene.client.start().await.unwrap();
    scene.clock.set(late.minus(Duration::from_secs(24 * 3_600)));
    assert!(matches!(scene.problem().await, LeaseProblem::ClockWentBack { seen, .. } if seen == late));
    assert_eq!(scene.client.start().await.unwrap_err().advice(), Advice::CheckClock);
    // The server's word heals a clock that once ran ahead.
    scene.away.store(false, Ordering::SeqCst);
    scene.client.start().await.unwrap();
    scene.lose_server();
    assert!(scene.client.start().await.unwrap().verdict.valid);
}

#[tokio::test]
async fn a_no_of_the_server_ends_the_lease() {
    // LIC-04
    let scene = scene(|seen| {
        let no = |verdict: &mut Verdict| refuse(verdict, VerdictCode::Disabled);
        seen.path.ends_with("/verify").then(|| Authority::new(1).answer(seen, no))
    })
    .await;
    let start = scene.client.start().await.unwrap();
    assert_eq!((start.verdict.valid, start.verdict.code), (false, VerdictCode::Disabled));
    scene.lose_server();
    assert!(matches!(scene.problem().await, LeaseProblem::NotValid(verdict) if verdict.code == VerdictCode::Disabled));
}

#[tokio::test]
async fn a_copied_folder_does_not_start_offline_on_another_computer() {
    // LIC-04
    let scene = scene(|_| None).await;
    scene.lose_server();
    let other = DeviceInfo { cpu_id: Some("other".into()), ..device() };
    let error = scene.restarted(other).start_offline().await.unwrap_err();
    assert!(matches!(error, Error::NoOfflineStart { problem: LeaseProblem::OtherDevice, .. }), "{error:?}");
}

#[tokio::test]
async fn a_forged_answer_never_falls_back_to_the_lease() {
    // LIC-01
    let scene = scene(|seen| seen.path.ends_with("/verify").then(|| Authority::new(2).answer(seen, |_| {}))).await;
    let error = scene.client.start().await.unwrap_err();
    assert!(matches!(error, Error::NotGenuine(CheckError::NotGenuine(_))), "{error:?}");
    assert_eq!(error.advice(), Advice::DoNotRun);
}

#[tokio::test]
async fn a_refusal_is_no_reason_to_start_offline_but_an_overload_is() {
    // LIC-04
    let status = Arc::new(std::sync::atomic::AtomicU16::new(400));
    let answer = Arc::clone(&status);
    let scene = scene(move |seen| {
        let refusal = || Answer::refusal(answer.load(Ordering::SeqCst), "x.y");
        seen.path.ends_with("/verify").then(refusal)
    })
    .await;
    assert!(matches!(scene.client.start().await.unwrap_err(), Error::Refused(refusal) if refusal.status == 400));
    for passing in [429, 500, 503] {
        status.store(passing, Ordering::SeqCst);
        let start = scene.client.start().await.unwrap();
        assert!(matches!(start.mode, Mode::Offline { because: Error::Refused(_) }));
    }
}

#[tokio::test]
async fn a_start_before_any_activation_says_so() {
    // LIC-04
    let client = builder("http://127.0.0.1:9", &clock()).build().unwrap();
    assert_eq!(client.start().await.unwrap_err().advice(), Advice::Activate);
}
