//! Answers and records that are wrong in one way each.

use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;
use jetpay_core::{Currency, Keyring, Money, Project};
use jetpay_platform::gate::GateState;
use jetpay_platform::{Entry, Exchange};
use serde_json::{Value, json};

use super::at_the_gate::AtTheGate;
use super::fleet::{PROJECT, SECRET};
use super::payouts::{self, Order};
use super::top_ups::{self, Acknowledged};

fn exchange(request: &Value, status: u16, answer: &Value) -> Exchange {
    let bytes = |value: &Value| value.to_string().into_bytes();
    Exchange::new(bytes(request), status, bytes(answer), Duration::ZERO)
}

fn deposit() -> Value {
    json!({"type": "check_deposit", "customer_id": "c", "amount": 100, "currency": "KZT"})
}

fn callback(kind: &str, status: &str) -> Value {
    let operation =
        json!({"id": 7, "type": kind, "status": status, "sum_initial": {"amount": 100}});
    json!({"payment": {"id": "p1", "status": status}, "operation": operation})
}

/// The payment `p1` was issued, and these callbacks were acknowledged.
fn acknowledged(callbacks: &[Value]) -> Acknowledged {
    let mut journal = Acknowledged::default();
    journal.answer(&exchange(
        &deposit(),
        200,
        &json!({"code": 0, "payment_id": "p1"}),
    ));
    for it in callbacks {
        journal.callback(&exchange(it, 200, &Value::Null));
    }
    assert_eq!(journal.unexpected, Vec::<String>::new());
    journal
}

fn history(status: &str, entries: &[i64]) -> Value {
    let entry = |amount: &i64| json!({"operation_id": "7", "amount": amount});
    let mut history = deposit();
    history["state"] = json!("credited");
    history["callbacks"] = json!([{"operation_id": "7", "operation_type": "sale", "operation_status": status,
        "payment_status": status, "outcome": "applied"}]);
    history["entries"] = entries.iter().map(entry).collect();
    history
}

#[test]
fn acknowledged_callback_without_its_record_or_its_effect_is_found() {
    let rows: [(&str, &[i64], fn(&mut Value), &str); 10] = [
        ("success", &[100], |_| (), ""),
        ("processing", &[], |_| (), ""),
        ("decline", &[], |it| it["state"] = json!("declined"), ""),
        (
            "success",
            &[],
            |it| it["callbacks"][0]["outcome"] = json!("early"),
            "",
        ),
        ("success", &[], |_| (), "credited\" with the entries []"),
        (
            "success",
            &[100, 100],
            |_| (),
            "with the entries [Some(100), Some(100)]",
        ),
        ("success", &[99], |_| (), "with the entries [Some(99)]"),
        (
            "success",
            &[100],
            |it| it["callbacks"] = json!([]),
            "is recorded 0 times",
        ),
        (
            "decline",
            &[],
            |it| it["state"] = json!("pending"),
            "the payment is \"pending\"",
        ),
        (
            "success",
            &[100],
            |it| it["customer_id"] = json!("d"),
            "customer_id is \"d\", and was \"c\"",
        ),
    ];
    for (status, entries, change, expected) in rows {
        let journal = acknowledged(&[callback("sale", status)]);
        let (deposit, callbacks) = &journal.payments["p1"];
        let mut history = history(status, entries);
        change(&mut history);
        let found = top_ups::differences(deposit, callbacks, &history).join("\n");
        assert_eq!(
            found.is_empty(),
            expected.is_empty(),
            "{status}, {entries:?}: {found}"
        );
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[test]
fn entry_that_is_missing_repeated_or_groundless_is_found() {
    let journal = acknowledged(&[callback("sale", "processing"), callback("sale", "success")]);
    let entry = |payment: &str, operation: &str, amount: i64| -> Entry {
        let entry = json!({
            "seq": 1, "kind": "credit", "payment_id": payment, "operation_id": operation, "project_id": PROJECT,
            "method": "kaspi", "customer_id": "c", "amount": amount, "currency": "KZT", "time": ""
        });
        serde_json::from_value(entry).unwrap()
    };
    let good = || entry("p1", "7", 100);
    let found = |feed: &[Entry]| top_ups::compare(&journal, feed);
    assert_eq!(found(&[good()]), Vec::<String>::new());
    assert!(found(&[])[0].ends_with("was acknowledged and is not in the feed"));
    assert!(found(&[good(), good()])[0].ends_with("is in the feed twice"));
    for other in [
        entry("p2", "7", 100),
        entry("p1", "8", 100),
        entry("p1", "7", -100),
    ] {
        let found = found(&[good(), other]);
        assert!(
            found.len() == 1 && found[0].contains("no callback explains it"),
            "{found:?}"
        );
    }
}

#[test]
fn answer_that_no_crash_explains_is_found() {
    let issued = json!({"code": 0, "payment_id": "p1"});
    for (request, status, answer, expected) in [
        (
            callback("sale", "success"),
            404,
            Value::Null,
            "was answered with HTTP 404",
        ),
        (
            callback("sale", "success"),
            500,
            Value::Null,
            "was answered with HTTP 500",
        ),
        (
            deposit(),
            200,
            issued,
            "p1: this payment id was issued twice",
        ),
        (
            deposit(),
            200,
            json!({"code": 404}),
            "\"check_deposit\" was answered with HTTP 200",
        ),
        (
            json!({"type": "verify"}),
            500,
            Value::Null,
            "\"verify\" was answered with HTTP 500",
        ),
    ] {
        let mut journal = acknowledged(&[]);
        let exchange = exchange(&request, status, &answer);
        if request["type"].is_null() {
            journal.callback(&exchange);
        } else {
            journal.answer(&exchange);
        }
        assert!(
            journal.unexpected[0].contains(expected),
            "{:?}",
            journal.unexpected
        );
    }
}

fn order() -> Order {
    Order::new(1, &mut Rng::with_seed(1))
}

/// The order's payout in this state.
fn shown(state: &str, paid: i64) -> Value {
    let mut shown = order().body;
    shown["payment_id"] = json!("p1");
    (shown["state"], shown["paid"]) = (json!(state), json!(paid));
    shown["history"] = json!([{"what": "created"}, {"what": "sent"}]);
    shown
}

fn at_the_gate(status: &'static str, money_out: i64) -> AtTheGate {
    let body = order().body;
    let sent = json!({"payment": {"amount": body["amount"]}, "account": {"number": body["account_number"]}});
    AtTheGate {
        status: Some(status),
        money_out,
        sent: vec![sent.to_string().into_bytes()],
        last_sent: 0,
    }
}

#[test]
fn payout_that_differs_at_the_gate_is_found() {
    for (state, paid, status, out, agrees) in [
        ("paid", 5, "success", 5, true),
        ("declined", 0, "decline", 0, true),
        ("rejected", 0, "error", 0, true),
        ("reversed", 0, "reversed", 0, true),
        ("accepted", 0, "processing", 0, true),
        ("paid", 5, "decline", 0, false),
        ("paid", 5, "success", 10, false),
        ("paid", 5, "processing", 5, false),
        ("declined", 0, "success", 5, false),
        ("rejected", 0, "processing", 0, false),
        ("unknown", 0, "processing", 0, false),
    ] {
        let found = at_the_gate(status, out).problems(&shown(state, paid));
        assert_eq!(found.is_empty(), agrees, "{state}, {status}: {found:?}");
    }
}

#[test]
fn payout_that_was_not_sent_as_it_was_requested_is_found() {
    let other = br#"{"payment": {"amount": 1}}"#.to_vec();
    let good = || at_the_gate("success", 5).sent[0].clone();
    for (sent, expected) in [
        (vec![], "it was never sent"),
        (vec![good(), other.clone()], "or from an earlier send"),
        (vec![other], "what was sent differs from the request"),
    ] {
        let gate = AtTheGate {
            sent,
            ..at_the_gate("success", 5)
        };
        let found = gate.problems(&shown("paid", 5)).join("\n");
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn key_without_a_payout_with_two_or_with_another_id_and_a_wallet_that_was_paid_under_two_are_found()
{
    // The answer's id, the ids that the service shows for the key, and those that the Gate has for its wallet.
    let rows: [(Option<&str>, &[&str], &[&str], bool); 8] = [
        (Some("p1"), &["p1"], &["p1"], true),
        (None, &[], &[], true),
        (None, &["p1"], &["p1"], true),
        (Some("p1"), &[], &[], false),
        (Some("p1"), &["p2"], &["p2"], false),
        (None, &["p1", "p2"], &["p1", "p2"], false),
        (Some("p1"), &["p1"], &["p1", "p2"], false),
        (None, &[], &["p1"], false),
    ];
    for (id, ids, sent, good) in rows {
        let mut gate = GateState::new(Keyring::from(Project::new(PROJECT, SECRET).unwrap()));
        let mut journal = payouts::Journal::default();
        let order = Order {
            id: id.map(str::to_owned),
            gives_up: true,
            ..order()
        };
        for id in sent {
            gate.made_in_dashboard(0, PROJECT, id, &order.account, Money::new(1, Currency::KZT));
        }
        journal.shown = ids
            .iter()
            .map(|id| json!({"payment_id": id, "idempotency_key": order.key}))
            .collect();
        journal.orders.push(order);
        let found = journal.compare(&gate);
        let found = found
            .iter()
            .filter(|problem| problem.contains("was answered with"));
        assert_eq!(found.count() == 0, good, "{id:?} {ids:?} {sent:?}");
    }
    let mut journal = payouts::Journal::default();
    journal.shown = vec![shown("paid", 5)];
    let found = journal.compare(&GateState::new(Keyring::from(
        Project::new(PROJECT, SECRET).unwrap(),
    )));
    assert!(
        found.contains(&"no client sent key-1".to_owned()),
        "{found:?}"
    );
}

#[test]
fn second_id_second_creation_an_id_of_two_keys_and_a_refusal_are_found() {
    let answer = |status, id: &str| exchange(&Value::Null, status, &json!({"payment_id": id}));
    for (first, second, expected) in [
        ((0, 202, "p1"), (0, 200, "p1"), ""),
        ((0, 200, "p1"), (1, 202, "p2"), ""),
        (
            (0, 202, "p1"),
            (0, 200, "p2"),
            "key-0 was answered with p1 and with p2",
        ),
        ((0, 202, "p1"), (1, 200, "p1"), "which belongs to order 0"),
        ((0, 202, "p1"), (0, 202, "p1"), "was answered as new"),
        (
            (0, 202, "p1"),
            (1, 500, ""),
            "key-1 was answered with HTTP 500",
        ),
    ] {
        let mut journal = payouts::Journal::default();
        journal.orders = (0..2)
            .map(|number| Order::new(number, &mut Rng::with_seed(1)))
            .collect();
        for (number, status, id) in [first, second] {
            let was_answered = journal.orders[number].id.is_some();
            journal.answered(number, was_answered, &answer(status, id));
        }
        let found = journal.unexpected.join("\n");
        assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[test]
fn payout_that_lost_a_field_a_step_or_the_effect_of_a_callback_is_found() {
    let rows: [(&str, &str, fn(&mut Value), &str); 9] = [
        ("success", "paid", |_| (), ""),
        ("success", "reversed", |_| (), ""),
        ("decline", "declined", |_| (), ""),
        ("error", "created", |_| (), ""),
        (
            "success",
            "accepted",
            |_| (),
            "success was acknowledged, and it is accepted",
        ),
        (
            "reversed",
            "paid",
            |_| (),
            "reversed was acknowledged, and it is paid",
        ),
        (
            "decline",
            "unknown",
            |_| (),
            "decline was acknowledged, and it is unknown",
        ),
        (
            "success",
            "paid",
            |it| it["account_number"] = json!("77"),
            "account_number is \"77\"",
        ),
        (
            "success",
            "paid",
            |it| it["history"] = json!([{"what": "created"}]),
            "of 2 steps of its history some are gone",
        ),
    ];
    for (status, state, change, expected) in rows {
        let mut journal = payouts::Journal::default();
        journal.orders = vec![order()];
        let answer = exchange(&Value::Null, 202, &json!({"payment_id": "p1"}));
        journal.answered(0, false, &answer);
        assert!(
            journal
                .lost("p1", &BTreeSet::new(), &shown("created", 0))
                .is_empty()
        );
        let mut shown = shown(state, 0);
        change(&mut shown);
        let found = journal
            .lost("p1", &BTreeSet::from([status]), &shown)
            .join("\n");
        assert_eq!(
            found.is_empty(),
            expected.is_empty(),
            "{status}, {state}: {found}"
        );
        assert!(found.contains(expected), "{expected}: {found}");
    }
}
