//! Answers and records that are wrong in one way each.

use std::collections::BTreeSet;
use std::time::Duration;

use fastrand::Rng;
use jetpay_core::{Currency, Keyring, Money, Project};
use jetpay_platform::gate::GateState;
use jetpay_platform::{Entry, Exchange};
use serde_json::{Value, json};

use super::at_the_gate::AtTheGate;
use super::billing;
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
    let issued = json!({"code": 0, "payment_id": "p1"});
    journal.answer(&exchange(&deposit(), 200, &issued));
    for it in callbacks {
        journal.callback(&exchange(it, 200, &Value::Null));
    }
    assert_eq!(journal.unexpected, Vec::<String>::new());
    journal
}

/// Puts a text into a place of an answer.
fn change(answer: &mut Value, (place, text): (&str, &str)) {
    if let Some(value) = answer.pointer_mut(place) {
        *value = json!(text);
    }
}

/// This is found if and only if it is expected.
fn expect(expected: &str, found: &[String]) {
    assert_eq!(
        found.is_empty(),
        expected.is_empty(),
        "{expected}: {found:?}"
    );
    let found = found.join("\n");
    assert!(found.contains(expected), "{expected}: {found}");
}

/// A status, the amounts of the entries, a changed place, and what is found.
type OfHistory<'a> = (&'a str, &'a [i64], (&'a str, &'a str), &'a str);

#[test]
fn acknowledged_callback_without_its_record_or_its_effect_is_found() {
    let good = ("/state", "credited");
    let rows: [OfHistory; 10] = [
        ("success", &[100], good, ""),
        ("processing", &[], good, ""),
        ("decline", &[], ("/state", "declined"), ""),
        ("success", &[], ("/callbacks/0/outcome", "early"), ""),
        ("success", &[], good, "credited\" with the entries []"),
        ("success", &[100, 100], good, "[Some(100), Some(100)]"),
        ("success", &[99], good, "with the entries [Some(99)]"),
        ("success", &[100], ("/callbacks", ""), "recorded 0 times"),
        ("decline", &[], ("/state", "pending"), "is \"pending\""),
        ("success", &[100], ("/customer_id", "d"), "was \"c\""),
    ];
    for (status, entries, changed, expected) in rows {
        let journal = acknowledged(&[callback("sale", status)]);
        let (deposit, callbacks) = &journal.payments["p1"];
        let entry = |amount: &i64| json!({"operation_id": "7", "amount": amount});
        let mut history = deposit.clone();
        history["state"] = json!("credited");
        history["callbacks"] = json!([{"operation_id": "7", "operation_type": "sale", "operation_status": status,
            "payment_status": status, "outcome": "applied"}]);
        history["entries"] = entries.iter().map(entry).collect();
        change(&mut history, changed);
        expect(
            expected,
            &top_ups::differences(deposit, callbacks, &history),
        );
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
    let mut sent = acknowledged(&[]);
    sent.sent(callback("sale", "success").to_string().as_bytes());
    // What was not acknowledged may be recorded or not.
    for feed in [vec![], vec![good()]] {
        expect("", &top_ups::compare(&sent, &feed));
    }
    for (feed, expected) in [
        (vec![good()], ""),
        (vec![], "was acknowledged and is not in the feed"),
        (vec![good(), good()], "is in the feed twice"),
        (vec![good(), entry("p2", "7", 100)], "no callback explains"),
        (vec![good(), entry("p1", "8", 100)], "no callback explains"),
        (vec![good(), entry("p1", "7", -1)], "no callback explains"),
    ] {
        expect(expected, &top_ups::compare(&journal, &feed));
    }
}

#[test]
fn answer_that_no_crash_explains_is_found() {
    let (sale, verify) = (callback("sale", "success"), json!({"type": "verify"}));
    let (none, unknown) = (Value::Null, json!({"code": 404}));
    let again = json!({"code": 0, "payment_id": "p1"});
    for (request, status, answer, expected) in [
        (&sale, 200, &none, ""),
        (&verify, 200, &json!({"code": 204}), ""),
        (&sale, 404, &none, "was answered with HTTP 404"),
        (&sale, 500, &none, "was answered with HTTP 500"),
        (&verify, 500, &none, "was answered with HTTP 500"),
        (&deposit(), 200, &unknown, "was answered with HTTP 200"),
        (&deposit(), 200, &again, "p1: this payment id was issued"),
    ] {
        let mut journal = acknowledged(&[]);
        let exchange = exchange(request, status, answer);
        if request["type"].is_null() {
            journal.callback(&exchange);
        } else {
            journal.answer(&exchange);
        }
        expect(expected, &journal.unexpected);
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
        (vec![good(), good()], ""),
        (vec![], "it was never sent"),
        (vec![good(), other.clone()], "or from an earlier send"),
        (vec![other], "what was sent differs from the request"),
    ] {
        let mut gate = at_the_gate("success", 5);
        gate.sent = sent;
        expect(expected, &gate.problems(&shown("paid", 5)));
    }
}

/// The answer's id, the ids that the service shows for the key, those that the Gate has for its wallet, and whether it is good.
type OfKey<'a> = (Option<&'a str>, &'a [&'a str], &'a [&'a str], bool);

#[test]
fn key_without_a_payout_with_two_or_with_another_id_and_a_wallet_that_was_paid_under_two_are_found()
{
    let rows: [OfKey; 8] = [
        (Some("p1"), &["p1"], &["p1"], true),
        (None, &[], &[], true),
        (None, &["p1"], &["p1"], true),
        (Some("p1"), &[], &[], false),
        (Some("p1"), &["p2"], &["p2"], false),
        (None, &["p1", "p2"], &["p1", "p2"], false),
        (Some("p1"), &["p1"], &["p1", "p2"], false),
        (None, &[], &["p1"], false),
    ];
    let gate = || GateState::new(Keyring::from(Project::new(PROJECT, SECRET).unwrap()));
    for (id, ids, sent, good) in rows {
        let (mut gate, mut journal, mut order) = (gate(), payouts::Journal::default(), order());
        (order.id, order.gives_up) = (id.map(str::to_owned), true);
        for id in sent {
            let money = Money::new(1, Currency::KZT);
            gate.made_in_dashboard(0, PROJECT, id, &order.account, money);
        }
        let shown = |id| json!({"payment_id": id, "idempotency_key": order.key});
        journal.shown = ids.iter().map(shown).collect();
        journal.orders.push(order);
        let mut found = journal.compare(&gate);
        found.retain(|problem| problem.contains("was answered with"));
        assert_eq!(found.is_empty(), good, "{id:?} {ids:?} {sent:?}");
    }
    let mut journal = payouts::Journal::default();
    journal.shown = vec![shown("paid", 5)];
    expect("no client sent key-1", &journal.compare(&gate()));
}

#[test]
fn second_id_second_creation_and_a_refusal_are_found() {
    for (first, second, expected) in [
        ((0, 202, "p1"), (0, 200, "p1"), ""),
        ((0, 200, "p1"), (1, 202, "p2"), ""),
        ((0, 202, "p1"), (0, 200, "p2"), "with p1 and with p2"),
        ((0, 202, "p1"), (0, 202, "p1"), "answered as new"),
        ((0, 202, "p1"), (1, 500, ""), "was answered with HTTP 500"),
    ] {
        let mut journal = payouts::Journal::default();
        let order = |number| Order::new(number, &mut Rng::with_seed(1));
        journal.orders = (0..2).map(order).collect();
        for (number, status, id) in [first, second] {
            let was_answered = journal.orders[number].id.is_some();
            let answer = exchange(&Value::Null, status, &json!({"payment_id": id}));
            journal.answered(number, was_answered, &answer);
        }
        expect(expected, &journal.unexpected);
    }
}

#[test]
fn payout_that_lost_a_field_a_step_or_the_effect_of_a_callback_is_found() {
    let good = ("/paid", "");
    for (status, state, changed, expected) in [
        ("success", "paid", good, ""),
        ("success", "reversed", good, ""),
        ("decline", "declined", good, ""),
        ("error", "created", good, ""),
        ("success", "accepted", good, "acknowledged, and it is acc"),
        ("reversed", "paid", good, "acknowledged, and it is paid"),
        ("decline", "unknown", good, "acknowledged, and it is unk"),
        ("error", "paid", ("/account_number", "7"), "is \"7\", and"),
        ("error", "paid", ("/history/1/what", ""), "some are gone"),
        ("error", "paid", ("/history", ""), "it has 0"),
    ] {
        let mut order = order();
        let before = order.lost(&BTreeSet::new(), &shown("created", 0));
        assert_eq!(before, Vec::<String>::new());
        let mut shown = shown(state, 0);
        change(&mut shown, changed);
        expect(expected, &order.lost(&BTreeSet::from([status]), &shown));
    }
}

#[test]
fn credit_that_is_not_told_or_is_told_twice_wrongly_or_out_of_order_is_found() {
    let entry = |operation: &str, kind: &str, amount: i64| -> Entry {
        let entry = json!({
            "seq": 1, "kind": kind, "payment_id": "p1", "operation_id": operation, "project_id": PROJECT, "method": "kaspi",
            "customer_id": "c", "amount": amount, "currency": "KZT", "time": ""
        });
        serde_json::from_value(entry).unwrap()
    };
    let feed = [
        entry("7", "credit", 100),
        entry("8", "refund", -100),
        entry("9", "credit", 5),
    ];
    let credits = billing::credits(&feed);
    let (first, second) = (("7", 100), ("9", 5));
    for (booked, expected) in [
        (vec![first, second], ""),
        (vec![first], "is in the feed and not told"),
        (vec![first, second, first], "is told twice"),
        (
            vec![first, second, ("8", 100)],
            "is told and not in the feed",
        ),
        (vec![first, ("9", 6)], "is in the feed and not told"),
        (vec![second, first], "told in another order"),
    ] {
        expect(
            expected,
            &billing::compare(&credits, &books(&[("c", &booked)])),
        );
    }
    let strange = books(&[("c", &[first, second]), ("d", &[first])]);
    expect(
        "d: (\"7\", 100) is told and not in the feed",
        &billing::compare(&credits, &strange),
    );
}

fn books(books: &[(&str, &[(&str, i64)])]) -> billing::Lines {
    let lines = books.iter().map(|(customer, booked)| {
        let lines = booked
            .iter()
            .map(|(id, amount)| ((*id).to_owned(), *amount));
        ((*customer).to_owned(), lines.collect())
    });
    lines.collect()
}
