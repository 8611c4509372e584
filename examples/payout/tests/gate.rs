//! The program pays exactly once at the simulated Gate, whatever happens to the connection or to the program.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use jetpay_core::{Keyring, Project};
use jetpay_platform::gate::{
    Ending, GateState, OnSend, OnStatus, Plan, Server, ServerOptions, serve,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;

const WALLET: &str = "9182221133";
const SECRET: &str = "a secret of tests";

/// A Gate that does this with the payout, and a folder for its file.
async fn gate(plan: Plan) -> (Server, TempDir) {
    let mut state = GateState::new(Keyring::from(Project::new(1234, SECRET).unwrap()));
    state.plan(WALLET, plan.hurried(10));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = serve(listener, state, ServerOptions::default()).unwrap();
    (server, tempfile::tempdir().unwrap())
}

fn program(server: &Server, folder: &Path, amount: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_payout"));
    command
        .args(["invoice-47.json", WALLET, amount])
        .current_dir(folder)
        .env("GATE_URL", server.url())
        .env("JETPAY_PROJECT", "1234")
        .env("JETPAY_SECRET", SECRET)
        .env("PAUSE_IN_TEST", "20")
        .kill_on_drop(true);
    command
}

async fn run(server: &Server, folder: &TempDir) -> Output {
    let mut program = program(server, folder.path(), "10000");
    program.output().await.unwrap()
}

fn printed(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap().trim()
}

/// Runs the program with this plan. Returns what it printed and how much was paid out.
async fn paid_out(plan: Plan) -> (String, i64) {
    let (server, folder) = gate(plan).await;
    let output = run(&server, &folder).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(server.state().unsafe_resends().count(), 0);
    let money = server.state().money_out(WALLET);
    (printed(&output).to_owned(), money)
}

#[tokio::test]
async fn payout_is_paid_once_whatever_happens_to_the_connection() {
    let status = |status| Plan {
        status_requests: vec![status],
        ..Plan::default()
    };
    for plan in [
        Plan::default(),
        Plan::once(OnSend::DropBefore),
        Plan::once(OnSend::DropAfter),
        Plan::once(OnSend::FailBefore(502)),
        Plan::once(OnSend::FailAfter(502)),
        Plan::once(OnSend::Unreadable),
        Plan::once(OnSend::Refuse(429)),
        Plan::once(OnSend::InFlight),
        status(OnStatus::Drop),
        status(OnStatus::Fail(503)),
    ] {
        let paid = paid_out(plan.clone()).await;
        assert_eq!(paid, ("success".to_owned(), 10_000), "{plan:?}");
    }
}

#[tokio::test]
async fn payout_that_fails_pays_nothing_and_says_why() {
    let (printed, money) = paid_out(Plan::ending(Ending::Decline { code: 20_000 })).await;
    assert_eq!((printed.as_str(), money), ("decline", 0));
    let (printed, money) = paid_out(Plan::once(OnSend::Reject { code: 2_001 })).await;
    assert!(printed.starts_with("rejected: "), "{printed}");
    assert_eq!(money, 0);
}

#[tokio::test]
async fn second_run_of_a_finished_payout_prints_its_result_and_sends_nothing() {
    let (server, folder) = gate(Plan::default()).await;
    let first = run(&server, &folder).await;
    let requests = server.state().log().len();
    let second = run(&server, &folder).await;
    assert_eq!((printed(&first), printed(&second)), ("success", "success"));
    assert_eq!(server.state().log().len(), requests);
}

#[tokio::test]
async fn program_that_was_killed_goes_on_with_the_same_payout() {
    let slow = Plan {
        sends: vec![OnSend::AcceptSlowly(Duration::from_secs(30))],
        ..Plan::default()
    };
    let (server, folder) = gate(slow).await;
    let mut killed = program(&server, folder.path(), "10000");
    let mut killed = killed.stdout(Stdio::null()).spawn().unwrap();
    while server.state().accounts().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    killed.kill().await.unwrap();

    // Another amount is another payout, and needs another file.
    let other = program(&server, folder.path(), "10001").output().await;
    assert!(!other.unwrap().status.success());

    assert_eq!(printed(&run(&server, &folder).await), "success");
    assert_eq!(server.state().money_out(WALLET), 10_000);
    assert_eq!(server.state().payment_ids(WALLET).len(), 1);
    assert_eq!(server.state().unsafe_resends().count(), 0);
}
