//! Payouts that are wrong in one way each.

use jetpay_platform::gate::{Answer, Ending, Plan};
use serde_json::{Value, json};

use super::audit::{differences, lost_steps, without_effect};
use super::compare::{AtTheGate, by_key, by_wallet, disagreeing};
use super::gate::Record;
use super::{Journal, Known, Order, PayoutRequest};
use crate::crash::run::Random;

fn request() -> PayoutRequest {
    PayoutRequest::random(1, &mut Random::new(1))
}

fn entry(what: &str, entry: &str) -> Value {
    json!({"what": what, "entry": entry, "amount": request().amount})
}

/// A payout in this state, with the last steps of its history.
fn shown(state: &str, paid: i64, moved: &[Value]) -> Value {
    let mut shown = request().body();
    shown["payment_id"] = json!("p1");
    shown["state"] = json!(state);
    (shown["reserved"], shown["paid"]) = (json!(0), json!(paid));
    let mut history = vec![entry("created", "reserve"), json!({"what": "sent"})];
    history.extend_from_slice(moved);
    shown["history"] = json!(history);
    shown
}

fn paid() -> Value {
    shown("paid", request().amount, &[entry("paid", "paid")])
}

fn record() -> Record {
    let request = request();
    let sent =
        json!({"payment": {"amount": request.amount}, "account": {"number": &request.account}});
    Record {
        account: request.account,
        body: sent.to_string().into_bytes(),
        sends: 1,
        changed: false,
        accepted: 1,
        last: Answer::Accepted,
    }
}

fn at_the_gate(status: &'static str, money_out: i64) -> AtTheGate {
    let status = Some(status);
    AtTheGate { status, money_out }
}

fn problems(shown: &Value, gate: &AtTheGate) -> Vec<String> {
    disagreeing(shown, Some(&record()), gate)
}

#[test]
fn payout_that_ended_as_at_the_gate_has_no_problem() {
    let amount = request().amount;
    let released = [entry("declined", "release")];
    let reversed = [entry("paid", "paid"), entry("reversed", "reversal")];
    let mut open = shown("accepted", 0, &[]);
    open["reserved"] = json!(amount);
    for (shown, gate) in [
        (paid(), at_the_gate("success", amount)),
        (shown("declined", 0, &released), at_the_gate("decline", 0)),
        (shown("rejected", 0, &released), at_the_gate("error", 0)),
        (shown("reversed", 0, &reversed), at_the_gate("reversed", 0)),
        (open, at_the_gate("processing", 0)),
    ] {
        assert_eq!(problems(&shown, &gate), Vec::<String>::new());
    }
}

#[test]
fn payout_that_differs_at_the_gate_is_found() {
    let amount = request().amount;
    let released = [entry("declined", "release")];
    for (shown, gate) in [
        (paid(), at_the_gate("decline", 0)),
        (paid(), at_the_gate("success", 2 * amount)),
        (paid(), at_the_gate("processing", 0)),
        (
            shown("declined", 0, &released),
            at_the_gate("success", amount),
        ),
        (
            shown("rejected", 0, &released),
            at_the_gate("processing", 0),
        ),
        (shown("unknown", 0, &[]), at_the_gate("processing", 0)),
    ] {
        assert_ne!(problems(&shown, &gate), Vec::<String>::new());
    }
}

#[test]
fn payout_that_was_never_sent_is_found() {
    let found = disagreeing(&paid(), None, &at_the_gate("success", 0));
    assert_eq!(found, ["it was never sent"]);
}

#[test]
fn other_bytes_under_the_same_id_and_another_amount_are_found() {
    let gate = at_the_gate("success", request().amount);
    let changed = Record {
        changed: true,
        ..record()
    };
    let other = Record {
        body: br#"{"payment": {"amount": 1}}"#.to_vec(),
        ..record()
    };
    for record in [changed, other] {
        let found = disagreeing(&paid(), Some(&record), &gate).join("\n");
        assert!(found.contains("what was sent"), "{found}");
    }
}

#[test]
fn money_that_does_not_add_up_is_found() {
    let amount = request().amount;
    let gate = at_the_gate("success", amount);
    let both = [entry("paid", "paid"), entry("declined", "release")];
    let twice = [entry("reserved_again", "reserve"), entry("paid", "paid")];
    let mut reserved = paid();
    reserved["reserved"] = json!(amount);
    for shown in [
        shown("paid", amount, &both),
        shown("paid", amount, &twice),
        shown("paid", amount, &[]),
        reserved,
    ] {
        let found = problems(&shown, &gate).join("\n");
        assert!(found.contains("was reserved"), "{found}");
    }
}

#[test]
fn wallet_with_two_ids_and_an_id_that_the_ledger_lacks_are_found() {
    let (one, other) = (record(), record());
    let listed = [paid()];
    let found = by_wallet([("p1", &one)].into_iter(), &listed);
    assert_eq!(found, Vec::<String>::new());
    let found = by_wallet([("p1", &one), ("p2", &other)].into_iter(), &listed);
    assert_eq!(
        found,
        [
            "p2 was sent, and the ledger does not have it",
            r#"one payout was sent under ["p1", "p2"]"#
        ]
    );
}

#[test]
fn key_without_a_payout_with_two_or_with_the_payout_of_another_key_is_found() {
    let mut journal = Journal::default();
    let number = journal.order(&mut Random::new(1));
    let listed = |id: &str, key: &str| json!({"payment_id": id, "idempotency_key": key});
    let check = |orders: &[Order], shown: &[Value]| by_key(orders, shown).len();
    let one = listed("p1", "key-0");
    // Without an answer there may be one payout or none.
    assert_eq!(check(&journal.orders, &[]), 0);
    assert_eq!(check(&journal.orders, std::slice::from_ref(&one)), 0);
    assert_eq!(
        check(&journal.orders, &[one.clone(), listed("p2", "key-0")]),
        1
    );
    assert_eq!(journal.answered(number, "p1", true), None);
    assert_eq!(check(&journal.orders, std::slice::from_ref(&one)), 0);
    assert_eq!(check(&journal.orders, &[]), 1);
    assert_eq!(check(&journal.orders, &[listed("p2", "key-0")]), 1);
    assert_eq!(check(&journal.orders, &[one, listed("p2", "key-9")]), 1);
}

#[test]
fn second_id_second_creation_and_an_id_of_two_keys_are_found() {
    let random = &mut Random::new(1);
    let mut journal = Journal::default();
    let (first, second) = (journal.order(random), journal.order(random));
    assert_eq!(journal.answered(first, "p1", true), None);
    assert_eq!(journal.answered(first, "p1", false), None);
    assert!(journal.answered(first, "p2", false).is_some());
    assert!(journal.answered(second, "p1", false).is_some());
    assert!(journal.answered(first, "p1", true).is_some());
}

#[test]
fn acknowledged_callback_without_its_effect_is_found() {
    for (status, state, has_effect) in [
        ("success", "paid", true),
        ("success", "reversed", true),
        ("success", "accepted", false),
        ("reversed", "paid", false),
        ("decline", "declined", true),
        ("decline", "unknown", false),
        ("error", "created", true),
    ] {
        let found = without_effect(status, &json!({"state": state}));
        assert_eq!(found.is_none(), has_effect, "{status}, {state}");
    }
}

#[test]
fn lost_step_of_a_history_and_a_changed_field_are_found() {
    let mut known = Known::default();
    assert_eq!(lost_steps(&mut known, &paid()), None);
    assert_eq!(lost_steps(&mut known, &paid()), None);
    let other = shown("created", 0, &[]);
    assert!(lost_steps(&mut known, &other).is_some());
    assert_eq!(differences(&request(), &paid()), Vec::<String>::new());
    let mut wrong = paid();
    wrong["account_number"] = json!("77001112233");
    assert_eq!(differences(&request(), &wrong).len(), 1);
}

#[test]
fn payout_ends_as_planned_or_as_the_last_send_was_rejected() {
    let plan = Plan {
        endings: vec![Ending::Forget, Ending::Decline { code: 100 }],
        ..Plan::default()
    };
    let after = |accepted, last| Record {
        accepted,
        last,
        ..record()
    };
    for (record, ending) in [
        (after(0, Answer::None), None),
        (after(0, Answer::Rejected(3613)), None),
        (after(0, Answer::Rejected(3104)), Some("rejected")),
        (after(1, Answer::Accepted), None),
        (after(1, Answer::Rejected(3104)), Some("rejected")),
        (after(2, Answer::Rejected(3041)), Some("declined")),
        (after(3, Answer::None), Some("paid")),
    ] {
        assert_eq!(record.ending(&plan), ending);
    }
}
