//! What follows from each unusual callback: over real HTTP, on every store, and each delivered twice.

use serde_json::{Value, json};

use crate::support::{CUSTOMER, Folder, PROJECT, Running, assert_has, each, on_every_store};

on_every_store! {
    with_customer;
    every_row_has_its_outcome,
    alarm_says_what_differs_and_a_command_that_the_service_takes,
    operation_without_an_id_is_null_and_can_be_shown,
    later_delivery_completes_what_an_odd_one_lacked,
}

async fn with_customer(folder: Folder) -> Running {
    folder.serve().await.with_customer().await
}

const AMOUNT: i64 = 100_000;

/// A field of the callback, and its value. Null with `ABSENT` takes the field away.
type Edit = (&'static str, Value);

/// Stands for no field at all.
fn absent() -> Value {
    json!("absent")
}

/// What comes before the callback.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    /// A sale, which is credited.
    Sale,
}

/// What is expected after two deliveries, both answered with 200.
struct Row {
    before: Before,
    edits: Vec<Edit>,
    state: &'static str,
    entries: Vec<i64>,
    alarms: Vec<&'static str>,
}

/// A decline or an error, with these edits, declines the payment without an alarm.
fn declined(status: &'static str, edits: Vec<Edit>) -> Row {
    let of_decline = [
        ("/payment/status", json!(status)),
        ("/operation/status", json!("decline")),
    ];
    Row {
        before: Before::Nothing,
        edits: of_decline.into_iter().chain(edits).collect(),
        state: "declined",
        entries: vec![],
        alarms: vec![],
    }
}

/// A success with these edits is credited.
fn credited(edits: Vec<Edit>) -> Row {
    Row {
        before: Before::Nothing,
        edits,
        state: "credited",
        entries: vec![AMOUNT],
        alarms: vec![],
    }
}

/// A success with this field credits nothing, and is not silent.
fn not_credited(field: &'static str, value: &str) -> Row {
    Row {
        before: Before::Nothing,
        edits: vec![(field, json!(value))],
        state: "pending",
        entries: vec![],
        alarms: vec!["success_not_credited"],
    }
}

/// An operation after the credit; the service does not know what it did to the money.
fn unknown(kind: &str, status: &str, payment_status: &str) -> Row {
    Row {
        before: Before::Sale,
        edits: vec![
            ("/operation/type", json!(kind)),
            ("/operation/status", json!(status)),
            ("/payment/status", json!(payment_status)),
        ],
        state: "credited",
        entries: vec![AMOUNT],
        alarms: vec!["unknown_operation"],
    }
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for status in ["decline", "error"] {
        rows.extend([
            declined(status, vec![]),
            declined(status, vec![("/operation/id", absent())]),
            declined(status, vec![("/operation/id", Value::Null)]),
            declined(status, vec![("/operation/id", json!(""))]),
            declined(status, vec![("/operation/sum_initial", absent())]),
            declined(status, vec![("/operation", absent())]),
            declined(status, vec![("/operation", Value::Null)]),
            declined(status, vec![("/operation/type", absent())]),
            declined(status, vec![("/operation/type", json!("moon landing"))]),
            declined(status, vec![("/operation/status", json!("moon"))]),
        ]);
    }
    rows.extend([
        credited(vec![(
            "/operation/provider/payment_id",
            json!(4_815_162_342_u64),
        )]),
        credited(vec![("/operation/provider/payment_id", json!({"a": 1}))]),
        credited(vec![("/operation/provider", json!("kaspi"))]),
        credited(vec![("/operation/provider", absent())]),
        credited(vec![("/operation/code", json!({"code": 0}))]),
        credited(vec![("/operation/code", json!(0))]),
        credited(vec![("/operation/message", json!(4))]),
        credited(vec![("/operation/date", json!("yesterday"))]),
        credited(vec![("/operation/sum_converted", json!("none"))]),
        credited(vec![("/operation/id", json!("7000000001"))]),
        credited(vec![("/payment/method", json!(47))]),
        credited(vec![("/payment/sum", json!([1]))]),
        credited(vec![("/payment/description", json!([]))]),
        credited(vec![("/payment/type", absent())]),
        credited(vec![("/account", json!(5))]),
        credited(vec![("/customer", json!({"id": {"x": 1}}))]),
        credited(vec![("/something_new", json!({"a": [true]}))]),
    ]);
    for status in [
        "approved",
        "completed",
        "succeeded",
        "success\u{a0}",
        "decline",
    ] {
        rows.push(not_credited("/operation/status", status));
    }
    for kind in ["purchase", "auth", "sale "] {
        rows.push(not_credited("/operation/type", kind));
    }
    rows.push(Row {
        edits: vec![("/operation", absent())],
        ..not_credited("/operation", "")
    });
    for kind in ["chargeback", "dispute", "void", "cancel", "moon landing"] {
        rows.push(unknown(kind, "success", "success"));
    }
    rows.push(unknown("refund", "completed", "refunded"));
    rows.push(unknown("refund", "completed", "success"));
    for status in [
        "refunded",
        "reversed",
        "partially_refunded",
        "chargeback",
        "voided",
    ] {
        rows.push(Row {
            edits: vec![("/payment/status", json!(status)), ("/operation", absent())],
            ..unknown("", "", "")
        });
    }
    rows.push(unknown("auth", "success", "chargeback"));
    rows
}

/// The callback of a sale that succeeded.
fn sale(payment_id: &str, operation_id: u64) -> Value {
    let sum = json!({"amount": AMOUNT, "currency": "KZT"});
    json!({
        "project_id": PROJECT,
        "payment": {"id": payment_id, "type": "purchase", "status": "success", "method": "kaspi", "sum": sum},
        "operation": {"id": operation_id, "type": "sale", "status": "success", "sum_initial": sum, "code": "0",
            "provider": {"id": 42, "payment_id": format!("receipt-{operation_id}")}},
    })
}

fn edit(callback: &mut Value, (field, value): &Edit) {
    let (parent, name) = field.rsplit_once('/').unwrap();
    let parent = callback.pointer_mut(parent).unwrap();
    let parent = parent.as_object_mut().unwrap();
    if *value == absent() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value.clone());
    }
}

/// The field `name` of all rows of a list that are about the payment.
async fn of_payment(running: &Running, list: &str, payment_id: &str, name: &str) -> Value {
    let (_, page) = running.get(&format!("/v1/{list}?limit=1000")).await;
    let rows = page[list].as_array().unwrap().iter();
    let rows = rows.filter(|row| row["payment_id"] == payment_id);
    rows.map(|row| row[name].clone()).collect()
}

async fn every_row_has_its_outcome(running: &Running) {
    for (number, row) in (1..).zip(rows()) {
        let payment_id = running.announced(AMOUNT).await;
        let operation_id = number * 10;
        if row.before == Before::Sale {
            assert_eq!(running.deliver(&sale(&payment_id, operation_id)).await, 200);
        }
        let mut callback = sale(&payment_id, operation_id + 1);
        for change in &row.edits {
            edit(&mut callback, change);
        }
        for _ in 0..2 {
            assert_eq!(running.deliver(&callback).await, 200, "{callback}");
        }
        let (_, payment) = running.get(&format!("/v1/payments/{payment_id}")).await;
        assert_eq!(payment["state"], row.state, "{callback}");
        let entries = of_payment(running, "entries", &payment_id, "amount").await;
        assert_eq!(entries, json!(row.entries), "{callback}");
        let alarms = of_payment(running, "alarms", &payment_id, "kind").await;
        assert_eq!(alarms, json!(row.alarms), "{callback}");
        // The two deliveries are one event.
        let operations = payment["operations"].as_array().unwrap().len();
        let before = usize::from(row.before == Before::Sale);
        assert_eq!(operations, before + 1, "{callback} {payment}");
    }
    running.run("alarms list --limit 100").good();
    running.run("ledger check").good();
}

fn amount(minor: i64) -> Edit {
    ("/operation/sum_initial/amount", json!(minor))
}

fn of_kind(word: &str) -> Edit {
    ("/operation/type", json!(word))
}

fn of_payment_status(word: &str) -> Edit {
    ("/payment/status", json!(word))
}

/// Changes of a callback, each of which raises an alarm: of a pending payment, and after a sale that is credited.
fn changes() -> Vec<(Before, Vec<Edit>)> {
    let declined = ("/operation/status", json!("decline"));
    let same = ("/operation/id", json!("FIRST"));
    let pending = vec![
        vec![amount(90_000)],
        vec![amount(0), of_kind("refund")],
        vec![("/operation/sum_initial/currency", json!("USD"))],
        vec![amount(1), of_payment_status("partially paid")],
        vec![of_payment_status("processing")],
        vec![amount(120_000), of_kind("refund")],
        vec![of_kind("payout")],
        vec![("/operation", absent())],
        vec![declined.clone()],
    ];
    let sold = vec![
        vec![],
        vec![of_payment_status("decline"), declined],
        vec![amount(120_000), of_kind("reversal")],
        vec![of_kind("refund reverse")],
        vec![of_kind("manual change")],
        vec![of_kind("capture")],
        vec![of_kind("chargeback")],
        vec![same.clone(), amount(90_000)],
        vec![same, of_kind("refund")],
    ];
    let pending = pending.into_iter().map(|edits| (Before::Nothing, edits));
    let sold = sold.into_iter().map(|edits| (Before::Sale, edits));
    pending.chain(sold).collect()
}

/// The snapshot has each change, and the kind and the summary of its alarm.
async fn alarm_says_what_differs_and_a_command_that_the_service_takes(running: &Running) {
    let mut told = Vec::new();
    for (number, (before, edits)) in (1..).zip(changes()) {
        let payment_id = running.announced(AMOUNT).await;
        let (first, second) = (2 * number, 2 * number + 1);
        let mut after = "an announcement";
        if before == Before::Sale {
            after = "a sale";
            assert_eq!(running.deliver(&sale(&payment_id, first)).await, 200);
        }
        let mut callback = sale(&payment_id, second);
        for change in &edits {
            edit(&mut callback, change);
        }
        if callback["operation"]["id"] == "FIRST" {
            callback["operation"]["id"] = first.into();
        }
        assert_eq!(running.deliver(&callback).await, 200, "{callback}");
        let (_, list) = running.get("/v1/alarms?limit=1").await;
        let alarm = &list["alarms"][0];
        assert_eq!(alarm["payment_id"], payment_id, "{callback}");
        let changed = edits
            .iter()
            .map(|(field, value)| format!(" {field}={value}"));
        let changed: String = changed.collect();
        let [kind, summary] = ["kind", "summary"].map(|field| alarm[field].as_str().unwrap());
        let alarm_of = format!("{first}, {second}: after {after}:{changed}");
        told.extend([alarm_of, format!("  {kind}: {summary}")]);
        let (_, shown) = running.get(&format!("/v1/alarms/{}", alarm["seq"])).await;
        assert_has(shown["advice"].as_str().unwrap(), &["JetPay"]);
        let command = shown["commands"][0].as_str().unwrap();
        let command = command.replace("\"...\"", "receipt");
        let command = command.replace("MINOR_UNITS", "1");
        let named = format!("--operation {}", 1_000 + number);
        let command = command.replace("--operation ID", &named);
        running.run(command.strip_prefix("jetpay ").unwrap()).good();
    }
    insta::assert_snapshot!("alarms", told.join("\n"));
}

/// An event without an operation id has null in its place, in every answer.
async fn operation_without_an_id_is_null_and_can_be_shown(running: &Running) {
    let payment_id = running.announced(AMOUNT).await;
    let mut bare = sale(&payment_id, 1);
    edit(&mut bare, &("/operation", absent()));
    assert_eq!(running.deliver(&bare).await, 200);
    let (_, payment) = running.get(&format!("/v1/payments/{payment_id}")).await;
    assert_eq!(payment["operations"][0].get("id"), Some(&Value::Null));
    let (_, list) = running.get("/v1/alarms").await;
    assert_eq!(list["alarms"][0].get("operation_id"), None);
    let shown = running.run("alarms show 1").good();
    assert_has(&shown, &["success_not_credited"]);
    bare["payment"]["id"] = json!("unknown");
    assert_eq!(running.deliver(&bare).await, 404);
    let (_, inbox) = running.get("/v1/inbox").await;
    assert_eq!(each(&inbox["callbacks"], "operation_id"), json!([null]));
}

async fn later_delivery_completes_what_an_odd_one_lacked(running: &Running) {
    const RECEIPT: &str = "/operation/provider/payment_id";
    let payment_id = running.announced(AMOUNT).await;
    let good = sale(&payment_id, 1);
    let mut odd = good.clone();
    for field in [RECEIPT, "/operation/code", "/payment/type"] {
        edit(&mut odd, &(field, json!({"odd": true})));
    }
    let operation = async || {
        let (_, payment) = running.get(&format!("/v1/payments/{payment_id}")).await;
        payment["operations"][0].clone()
    };
    assert_eq!(running.deliver(&odd).await, 200);
    assert_eq!(running.balance(CUSTOMER).await, AMOUNT);
    assert_eq!(operation().await.get("provider_payment_id"), None);
    assert_eq!(running.deliver(&good).await, 200);
    let complete = operation().await;
    let shown = [&complete["provider_payment_id"], &complete["code"]];
    assert_eq!(json!(shown), json!(["receipt-1", "0"]));
    // What is there stays, whatever comes later.
    let mut other = good.clone();
    edit(&mut other, &(RECEIPT, json!("receipt-2")));
    for later in [&other, &odd] {
        assert_eq!(running.deliver(later).await, 200);
        assert_eq!(operation().await, complete);
    }
    let (_, found) = running
        .get("/v1/payments?provider_payment_id=receipt-1")
        .await;
    assert_eq!(each(&found["payments"], "payment_id"), json!([payment_id]));
    assert_eq!(running.balance(CUSTOMER).await, AMOUNT);
    running.run("ledger check").good();
}
