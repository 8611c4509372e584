//! `jetpay reconcile api` with a simulated Data API.

use jetpay_core::report::ReportedOperation;
use jetpay_core::signature::Key;
use jetpay_platform::data_api::{DataApiState, OnRequest, PlatformRecord, Server, serve};
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Folder, PROJECT, Running, Said, assert_has, each, success, tenge};

const TOKEN: &str = "ZOyTL5shY8ddhpxdQyplRPJYmGV7Kv";
const KEY: &str = "the secret beside the token of tests";

/// The instant so many hours ago, in whole seconds.
fn ago(hours: i64) -> Timestamp {
    let time = Timestamp::now() - hours.hours();
    Timestamp::from_second(time.as_second()).unwrap()
}

/// A simulated Data API, and a service that is configured for it.
async fn service() -> (Running, Server) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let state = DataApiState::new(TOKEN, Key::new(KEY).unwrap(), PlatformRecord::new());
    let server = serve(listener, state).unwrap();
    let folder = Folder::new();
    folder.write("data-token", TOKEN);
    folder.write("data-key", KEY);
    let url = server.url();
    let folder = folder.configured(&format!(
        "[data_api]\nbase_url = \"{url}\"\ntoken_file = \"data-token\"\nkey_file = \"data-key\"\n"
    ));
    (folder.serve().await.with_customer().await, server)
}

/// A sale that succeeded, as the platform lists it.
fn listed(server: &Server, payment: &str, operation: u64, hours: i64) {
    let sale = ReportedOperation::new(
        PROJECT.into(),
        operation.into(),
        payment,
        "sale".into(),
        "success".into(),
        tenge(100_000),
    );
    let time = ago(hours).as_second();
    server.state().record().put(sale.at(Some(time)));
}

/// A payment that was credited by a callback whose operation was so many hours ago.
async fn credited(running: &Running, operation: u64, hours: i64) -> String {
    let payment = running.announced(100_000).await;
    let mut callback = success(&payment, 100_000).with_operation_id(operation);
    callback.operation.date = ago(hours).strftime("%FT%T+0000").to_string();
    assert_eq!(running.deliver(&callback).await, 200);
    payment
}

/// Compares from so many hours ago to so many hours ago.
async fn compare(running: &Running, from: i64, to: i64, options: &str) -> Said {
    let line = format!(
        "reconcile api --from {} --to {} --grace 0h {options}",
        ago(from),
        ago(to)
    );
    let mut command = running.folder.command(&line);
    // The simulated Data API answers on this thread.
    let output = tokio::task::spawn_blocking(move || command.output());
    Said::of(output.await.unwrap().unwrap())
}

#[actix_web::test]
async fn lost_callback_and_an_entry_that_the_platform_does_not_list_are_found() {
    let (running, server) = service().await;
    let agreed = credited(&running, 11, 5).await;
    listed(&server, &agreed, 11, 5);
    let lost = running.announced(100_000).await;
    listed(&server, &lost, 12, 4);
    credited(&running, 13, 3).await;
    let said = compare(&running, 24, 2, "--json").await;
    assert_eq!(said.code, Some(1), "{said:?}");
    let report = said.json();
    assert_eq!(
        report["counts"],
        json!({"matched": 1, "not_credited": 1, "not_there": 1})
    );
    assert_eq!(
        each(&report["results"], "kind"),
        json!(["not_credited", "not_there"])
    );
    assert_eq!(report["results"][0]["payment_id"], json!(lost));
    assert_eq!(each(&report["sources"], "name")[0], "data api");
    assert_eq!(report["run"], 1);
    let (_, alarms) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(
        each(&alarms["alarms"], "kind"),
        json!(["not_there", "not_credited"])
    );
    let metric = async |name: &str| {
        running
            .metric(&format!("jetpay_reconciliation_{name}"))
            .await
    };
    assert_eq!(metric("open_differences ").await, Some(2.0));
    assert_eq!(metric("failures_total ").await, Some(0.0));
    let last = "last_success_timestamp_seconds{by=";
    let recorded = metric(&format!("{last}\"person\"}}")).await.unwrap();
    assert!(recorded > 1_700_000_000.0, "{recorded}");
    assert_eq!(metric(&format!("{last}\"schedule\"}}")).await, None);
}

#[actix_web::test]
async fn operation_that_the_platform_changed_after_the_interval_is_compared() {
    let (running, server) = service().await;
    let payment = credited(&running, 11, 5 * 24).await;
    listed(&server, &payment, 11, 2);
    let said = compare(&running, 6 * 24, 4 * 24, "--json").await;
    assert_eq!(said.code, Some(0), "{said:?}");
    let report = said.json();
    assert_eq!(report["results"], json!([]));
    assert_eq!(each(&report["sources"], "rows"), json!([0, 1]));
}

#[actix_web::test]
async fn answer_that_cannot_be_relied_on_ends_with_2_and_records_nothing() {
    let (running, server) = service().await;
    for operation in [11, 12, 13] {
        credited(&running, operation, 3).await;
    }
    let said = compare(&running, 24, 2, "").await;
    assert_eq!((said.code, &*said.out), (Some(2), ""), "{said:?}");
    assert_has(&said.err, &["list no success of project 1234", "rights"]);
    for (script, expected) in [
        (OnRequest::WrongSignature, "signature"),
        (OnRequest::Unsigned, "sign"),
        (OnRequest::Fail(401), "token"),
    ] {
        server.state().script([script]);
        let said = compare(&running, 24, 2, "").await;
        assert_eq!((said.code, &*said.out), (Some(2), ""), "{said:?}");
        assert_has(&said.err, &["error: ", expected]);
        let hidden = [TOKEN, KEY].iter().any(|it| said.err.contains(it));
        assert!(!hidden, "{said:?}");
    }
    let said = compare(&running, 24, 0, "").await;
    assert_eq!(said.code, Some(2), "{said:?}");
    assert_has(
        &said.err,
        &["less than an hour ago", "the latest good end is"],
    );
    let (_, runs) = running.get("/v1/reconciliations").await;
    assert_eq!(runs["reconciliations"], json!([]));
}

#[test]
fn configuration_without_the_data_api_is_named() {
    let line = format!("reconcile api --from {} --to {}", ago(9), ago(2));
    let said = Folder::new().run(&line);
    assert_eq!(said.code, Some(2));
    assert_has(&said.err, &["there is no [data_api] in jetpay.toml"]);
}
