//! `jetpay payouts export` against the real service and a Gate that takes no payout.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use jetpay_core::{Keyring, Project};
use jetpay_platform::gate::{GateOptions, OnSend, Plan, Server};
use jetpay_testing::free_port;
use serde_json::json;

use super::send::run;
use crate::support::{
    CUSTOMER, Folder, HIDDEN, PROJECT, Running, SECRET, Said, WALLET, assert_has, each,
    payout_request, tenge,
};

const HEADER: &str = "operation_type;general.project_id;method;general.payment_id;payment.amount;payment.currency;\
    account.number;customer.id;customer.first_name;customer.last_name;customer.email;customer.ip_address\n";

/// A service whose address the Gate does not know: it answers each send with HTTP 403.
async fn refused_by_the_gate() -> (Running, Server) {
    let port = free_port();
    let gate = format!("[gate]\nbase_url = \"http://127.0.0.1:{port}\"\n");
    let running = Folder::new().configured(&gate).serve().await;
    let project = Project::new(PROJECT, SECRET).unwrap();
    let mut options = GateOptions::new(([127, 0, 0, 1], port).into(), Keyring::from(project));
    let callbacks = format!("http://127.0.0.1:{}/callback", running.folder.listen);
    options.callback_url = Some(callbacks.parse().unwrap());
    let gate = options.open().await.unwrap();
    let refuses = Plan {
        sends: vec![OnSend::Refuse(403); 1_000],
        ..Plan::default()
    };
    gate.with_state(|state, _| state.plan_others(refuses));
    (running, gate)
}

/// Makes payouts with these keys and amounts, and waits until the Gate has refused each once.
async fn refused(running: &Running, payouts: &[(&str, i64)]) -> Vec<String> {
    let mut ids = Vec::new();
    for (key, minor) in payouts {
        let (_, payout) = running
            .post("/v1/payouts", &payout_request(key, *minor))
            .await;
        let id = payout["payment_id"].as_str().unwrap().to_owned();
        until(running, &id, "state", "created", 3).await;
        ids.push(id);
    }
    ids
}

/// Waits until a field of the payout has this value, and the history has this many steps.
async fn until(running: &Running, id: &str, field: &str, value: &str, steps: usize) {
    for _ in 0..500 {
        let (_, payout) = running.get(&format!("/v1/payouts/{id}")).await;
        if payout[field] == value && payout["history"].as_array().unwrap().len() >= steps {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("payout {id} does not become {value}");
}

fn line(id: &str, minor: i64) -> String {
    let [ip_address, first_name, last_name, email] = HIDDEN;
    format!(
        "payout;{PROJECT};wallet/qiwi-kz;{id};{minor};KZT;{WALLET};{CUSTOMER};{first_name};{last_name};{email};{ip_address}\n"
    )
}

/// What is in the folder besides what the service keeps there.
fn files(running: &Running) -> Vec<String> {
    let files = fs::read_dir(running.folder.path(".")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.contains("csv")).collect();
    names.sort();
    names
}

#[actix_web::test]
async fn file_has_payouts_that_the_gate_refuses_and_their_callback_pays_them() {
    let (running, gate) = refused_by_the_gate().await;
    let ids = refused(&running, &[("k1", 100_000), ("k2", 50_001), ("k3", 1)]).await;
    let [first, second, third] = [&ids[0], &ids[1], &ids[2]];
    let said = run(
        &running,
        &format!("export --format dashboard p.csv {second} {first}"),
    );
    assert_has(
        &said.good(),
        &["2 payouts, 1 500.01 KZT in all, marked as sent by hand"],
    );
    let path = running.folder.path("p.csv");
    let file = fs::read_to_string(&path).unwrap();
    assert_eq!(
        file,
        HEADER.to_owned() + &line(second, 50_001) + &line(first, 100_000)
    );
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let list = run(&running, "list --state sent_by_hand").good();
    assert!(list.contains(&**first) && list.contains(&**second) && !list.contains(&**third));
    let gauge = "jetpay_payouts{what=\"sent_by_hand\"}";
    assert_eq!(running.metric(gauge).await, Some(2.0));
    let shown = run(&running, &format!("show {first}")).good();
    assert_has(&shown, &["  admin", "HTTP 403"]);
    // A person uploads the file.
    gate.with_state(|state, now| {
        state.made_in_dashboard(now, PROJECT, first, WALLET, tenge(100_000));
    });
    until(&running, first, "state", "paid", 0).await;
    let (_, payout) = running.get(&format!("/v1/payouts/{first}")).await;
    assert_eq!(
        each(&payout["history"], "what"),
        json!(["created", "sent", "postponed", "sent_by_hand", "paid"])
    );
    let sends = |id: &str| gate.state().sends_of(id).count();
    assert_eq!((sends(first), sends(second)), (1, 1));
    assert_has(&running.run("ledger check").all(), &["The ledger agrees."]);
}

#[actix_web::test]
async fn refused_export_marks_nothing_and_leaves_no_file() {
    let (running, _gate) = refused_by_the_gate().await;
    let ids = refused(&running, &[("k1", 100), ("k2", 200)]).await;
    let [first, second] = [&ids[0], &ids[1]];
    let cancel = format!("resolve {second} --as declined --reason test");
    run(&running, &cancel).good();
    running.folder.write("there.csv", "mine");
    for (arguments, part) in [
        (
            format!("p.csv {first} {second}"),
            &*format!("payout {second}: it has ended already"),
        ),
        (
            format!("p.csv {first} none"),
            "there is no payout with this id",
        ),
        (
            format!("p.csv {first} {first}"),
            "payment_ids[1]: is there twice",
        ),
        (
            format!("p.csv --again {first}"),
            "it was never written to a file",
        ),
        (
            format!("there.csv {first}"),
            "there.csv exists already; nothing is exported",
        ),
        (format!("no/p.csv {first}"), "nothing is exported"),
    ] {
        let said = run(&running, &format!("export --format dashboard {arguments}"));
        assert_has(&said.bad(), &[part]);
        let (_, payout) = running.get(&format!("/v1/payouts/{first}")).await;
        assert_eq!(payout["state"], "created", "{arguments}");
    }
    assert_eq!(files(&running), ["there.csv"]);
    assert_eq!(
        fs::read_to_string(running.folder.path("there.csv")).unwrap(),
        "mine"
    );
    for arguments in [
        "p.csv",
        "--state created p.csv x",
        "--state created --again p.csv",
    ] {
        let said = run(&running, &format!("export --format dashboard {arguments}"));
        assert_eq!(said.code, Some(2), "{said:?}");
    }
}

#[actix_web::test]
async fn lost_file_is_written_again_and_payouts_that_wait_are_exported_by_their_state() {
    let (running, _gate) = refused_by_the_gate().await;
    let ids = refused(&running, &[("k1", 100), ("k2", 200), ("k3", 300)]).await;
    let [first, second, third] = [&ids[0], &ids[1], &ids[2]];
    run(
        &running,
        &format!("export --format dashboard p.csv {first}"),
    )
    .good();
    fs::remove_file(running.folder.path("p.csv")).unwrap();
    let again = format!("export --format dashboard p.csv {first}");
    assert_has(&run(&running, &again).bad(), &["with --again"]);
    run(&running, &format!("{again} --again")).good();
    let file = fs::read_to_string(running.folder.path("p.csv")).unwrap();
    assert_eq!(file, HEADER.to_owned() + &line(first, 100));
    // What cannot be written is marked all the same, so the error says how to write it.
    let mut full = running
        .folder
        .command(&format!("payouts export --format dashboard - {third}"));
    full.stdout(File::options().write(true).open("/dev/full").unwrap());
    let error = Said::of(full.output().unwrap()).bad();
    assert_has(&error, &[&format!("FILE --again {third}")]);
    run(
        &running,
        &format!("export --format dashboard r.csv --again {third}"),
    )
    .good();
    // Standard output is the file alone.
    let rest = running.run("payouts export --format dashboard - --state created --json");
    assert_eq!(rest.out, HEADER.to_owned() + &line(second, 200));
    let said: serde_json::Value = serde_json::from_str(&rest.err).unwrap();
    assert_eq!(
        said,
        json!({"payment_ids": [second], "skipped": [], "more": false, "sums": [{"amount": 200, "currency": "KZT"}]})
    );
    let nothing = run(&running, "export --format dashboard q.csv --state created");
    assert_has(&nothing.good(), &["no payout can be exported"]);
    assert_eq!(files(&running), ["p.csv", "r.csv"]);
    for hidden in HIDDEN {
        assert!(!running.log().contains(hidden), "the log has {hidden}");
    }
}

#[actix_web::test]
async fn payout_that_no_file_can_hold_is_left_out_by_name_and_does_not_stop_the_others() {
    let (running, _gate) = refused_by_the_gate().await;
    let good = refused(&running, &[("k1", 100)]).await;
    let mut body = payout_request("k2", 200);
    body["customer"]["first_name"] = json!("=HYPERLINK(1)");
    let (_, payout) = running.post("/v1/payouts", &body).await;
    let formula = payout["payment_id"].as_str().unwrap();
    until(&running, formula, "state", "created", 3).await;
    let why = format!("payout {formula}: customer.first_name begins with");
    let named = format!("export --format dashboard p.csv {formula} {}", good[0]);
    assert_has(&run(&running, &named).bad(), &["nothing is exported", &why]);
    let export = "export --format dashboard p.csv --state created";
    let said = run(&running, export).good();
    assert_has(
        &said,
        &["one payout, 1.00 KZT in all", &format!("Left out: {why}")],
    );
    assert!(!said.contains("HYPERLINK"), "{said}");
    let file = fs::read_to_string(running.folder.path("p.csv")).unwrap();
    assert_eq!(file, HEADER.to_owned() + &line(&good[0], 100));
}
