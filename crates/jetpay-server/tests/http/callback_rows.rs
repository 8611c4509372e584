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
        row.edits
            .iter()
            .for_each(|change| edit(&mut callback, change));
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

/// Changes of a callback, and the alarm with what it says. BOTH is said of the announced amount and an equal one.
type Told = (Vec<Edit>, &'static str, &'static str);

const BOTH: &str = "announced 1 000.00 KZT, the callback says 1 000.00 KZT";

fn amount(minor: i64) -> Edit {
    ("/operation/sum_initial/amount", json!(minor))
}

fn of_kind(word: &str) -> Edit {
    ("/operation/type", json!(word))
}

fn told_of_a_pending_payment() -> Vec<Told> {
    let payment = |word: &str| ("/payment/status", json!(word));
    let part = vec![amount(1), payment("partially paid")];
    let part_paid = "announced 1 000.00 KZT, the callback says 0.01 KZT: only a part is paid";
    let dollars = vec![("/operation/sum_initial/currency", json!("USD"))];
    let in_dollars = "announced 1 000.00 KZT, the callback says 1 000.00 USD";
    let nothing_back = "announced 1 000.00 KZT, the callback says 0.00 KZT (refund)";
    let processing = "BOTH: the sale succeeded, and the payment has the status processing";
    let too_large = "announced 1 000.00 KZT, the callback says 1 200.00 KZT (refund)";
    let payout = "BOTH: it is about a payout, not a top-up";
    let bare = "announced 1 000.00 KZT, the callback says no amount: the payment has the status success and no \
                operation, and nothing is credited";
    let declined = "BOTH: the payment has the status success, its sale the status decline, and nothing is credited";
    let less = "announced 1 000.00 KZT, the callback says 900.00 KZT";
    vec![
        (vec![amount(90_000)], "amount_differs", less),
        (
            vec![amount(0), of_kind("refund")],
            "amount_differs",
            nothing_back,
        ),
        (dollars, "currency_differs", in_dollars),
        (part, "partially_paid", part_paid),
        (
            vec![payment("processing")],
            "sale_without_success",
            processing,
        ),
        (
            vec![amount(120_000), of_kind("refund")],
            "compensation_too_large",
            too_large,
        ),
        (vec![of_kind("payout")], "payout_for_top_up", payout),
        (vec![("/operation", absent())], "success_not_credited", bare),
        (
            vec![("/operation/status", json!("decline"))],
            "success_not_credited",
            declined,
        ),
    ]
}

fn told_after_a_sale() -> Vec<Told> {
    let decline = |field| (field, json!("decline"));
    let of_decline = vec![decline("/payment/status"), decline("/operation/status")];
    let same = ("/operation/id", json!("FIRST"));
    let second = "operation FIRST credited 1 000.00 KZT, operation SECOND is another sale: the callback says 1 000.00 KZT";
    let declined =
        "credited 1 000.00 KZT, and then the callback says that the payment failed: decline";
    let too_large =
        "1 000.00 KZT remains of 1 000.00 KZT, the callback says 1 200.00 KZT (reversal)";
    let reversed = "refunded 0.00 KZT, the callback says 1 000.00 KZT (refund reverse)";
    let changed = "BOTH (manual change): the platform's staff set the payment to success";
    let capture = "BOTH (capture): no operation of this type is expected here";
    let chargeback = "BOTH (chargeback): the payment has the status success, its chargeback the status success, and the \
                      service does not know what that did";
    let again = "the callback says 1 000.00 KZT, its repeat says 900.00 KZT";
    let other_type = "BOTH: its repeat has another type";
    vec![
        (vec![], "second_sale", second),
        (of_decline, "decline_after_credit", declined),
        (
            vec![amount(120_000), of_kind("reversal")],
            "compensation_too_large",
            too_large,
        ),
        (
            vec![of_kind("refund reverse")],
            "compensation_too_large",
            reversed,
        ),
        (vec![of_kind("manual change")], "manual_change", changed),
        (vec![of_kind("capture")], "unexpected_operation", capture),
        (vec![of_kind("chargeback")], "unknown_operation", chargeback),
        (
            vec![same.clone(), amount(90_000)],
            "contradictory_repeat",
            again,
        ),
        (
            vec![same, of_kind("refund")],
            "contradictory_repeat",
            other_type,
        ),
    ]
}

async fn alarm_says_what_differs_and_a_command_that_the_service_takes(running: &Running) {
    let pending = told_of_a_pending_payment();
    let rows = pending.into_iter().map(|row| (Before::Nothing, row));
    let sold = told_after_a_sale();
    let rows = rows.chain(sold.into_iter().map(|row| (Before::Sale, row)));
    for (number, (before, (edits, kind, summary))) in (1..).zip(rows) {
        let payment_id = running.announced(AMOUNT).await;
        let (first, second) = (2 * number, 2 * number + 1);
        if before == Before::Sale {
            assert_eq!(running.deliver(&sale(&payment_id, first)).await, 200);
        }
        let mut callback = sale(&payment_id, second);
        edits.iter().for_each(|change| edit(&mut callback, change));
        if callback["operation"]["id"] == "FIRST" {
            callback["operation"]["id"] = first.into();
        }
        assert_eq!(running.deliver(&callback).await, 200, "{callback}");
        let (_, list) = running.get("/v1/alarms?limit=1").await;
        let alarm = &list["alarms"][0];
        let summary = summary.replace("BOTH", BOTH);
        let summary = summary.replace("FIRST", &first.to_string());
        let summary = summary.replace("SECOND", &second.to_string());
        let told = ["payment_id", "kind", "summary"].map(|field| &alarm[field]);
        assert_eq!(
            json!(told),
            json!([payment_id, kind, summary]),
            "{callback}"
        );
        let (_, shown) = running.get(&format!("/v1/alarms/{}", alarm["seq"])).await;
        assert_has(shown["advice"].as_str().unwrap(), &["JetPay"]);
        let command = shown["commands"][0].as_str().unwrap();
        let command = command.replace("\"...\"", "receipt");
        let command = command.replace("MINOR_UNITS", "1");
        let named = format!("--operation {}", 1_000 + number);
        let command = command.replace("--operation ID", &named);
        running.run(command.strip_prefix("jetpay ").unwrap()).good();
    }
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
