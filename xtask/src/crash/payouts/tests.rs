//! Books of payouts that are wrong in one way each.

use jetpay_platform::gate::{Answer, Ending, Plan};
use serde_json::{Value, json};

use super::audit::{ineffective, shortened, unlike};
use super::book::{Asked, Book, Known};
use super::compare::{AtTheGate, by_key, by_wallet, disagreeing};
use super::record::Record;
use super::wish::Wish;
use crate::crash::chance::Chance;

fn wish() -> Wish {
    Wish::any(1, &mut Chance::new(1))
}

fn entry(what: &str, entry: &str) -> Value {
    json!({"what": what, "entry": entry, "amount": wish().amount})
}

/// A payout in this state, with what moved its money last.
fn shown(state: &str, paid: i64, moved: &[Value]) -> Value {
    let mut shown = wish().body();
    shown["payment_id"] = json!("p1");
    shown["state"] = json!(state);
    (shown["reserved"], shown["paid"]) = (json!(0), json!(paid));
    let mut history = vec![entry("created", "reserve"), json!({"what": "sent"})];
    history.extend_from_slice(moved);
    shown["history"] = json!(history);
    shown
}

fn paid() -> Value {
    shown("paid", wish().amount, &[entry("paid", "paid")])
}

fn record() -> Record {
    let wish = wish();
    let sent = json!({"payment": {"amount": wish.amount}, "account": {"number": &wish.account}});
    Record {
        account: wish.account,
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
    let amount = wish().amount;
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
fn payout_that_the_gate_knows_otherwise_is_found() {
    let amount = wish().amount;
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
    let gate = at_the_gate("success", wish().amount);
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
    let amount = wish().amount;
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
fn wallet_with_two_ids_and_an_id_that_nobody_has_are_found() {
    let (one, other) = (record(), record());
    let listed = [paid()];
    let found = by_wallet([("p1", &one)].into_iter(), &listed);
    assert_eq!(found, Vec::<String>::new());
    let found = by_wallet([("p1", &one), ("p2", &other)].into_iter(), &listed);
    assert_eq!(
        found,
        [
            "p2 was sent, and is not in the books",
            r#"one payout was sent under ["p1", "p2"]"#
        ]
    );
}

#[test]
fn key_without_its_payout_with_two_or_with_that_of_another_is_found() {
    let mut book = Book::default();
    let number = book.wish(&mut Chance::new(1));
    let listed = |id: &str, key: &str| json!({"payment_id": id, "idempotency_key": key});
    let check = |asked: &[Asked], shown: &[Value]| by_key(asked, shown).len();
    let one = listed("p1", "key-0");
    // Nobody was told of it: it may be there or not, once.
    assert_eq!(check(&book.asked, &[]), 0);
    assert_eq!(check(&book.asked, std::slice::from_ref(&one)), 0);
    assert_eq!(check(&book.asked, &[one.clone(), listed("p2", "key-0")]), 1);
    assert_eq!(book.answered(number, "p1", true), None);
    assert_eq!(check(&book.asked, std::slice::from_ref(&one)), 0);
    assert_eq!(check(&book.asked, &[]), 1);
    assert_eq!(check(&book.asked, &[listed("p2", "key-0")]), 1);
    assert_eq!(check(&book.asked, &[one, listed("p2", "key-9")]), 1);
}

#[test]
fn second_id_second_creation_and_an_id_of_two_keys_are_found() {
    let chance = &mut Chance::new(1);
    let mut book = Book::default();
    let (first, second) = (book.wish(chance), book.wish(chance));
    assert_eq!(book.answered(first, "p1", true), None);
    assert_eq!(book.answered(first, "p1", false), None);
    assert!(book.answered(first, "p2", false).is_some());
    assert!(book.answered(second, "p1", false).is_some());
    assert!(book.answered(first, "p1", true).is_some());
}

#[test]
fn acknowledged_callback_without_its_effect_is_found() {
    for (told, state, is_there) in [
        ("success", "paid", true),
        ("success", "reversed", true),
        ("success", "accepted", false),
        ("reversed", "paid", false),
        ("decline", "declined", true),
        ("decline", "unknown", false),
        ("error", "created", true),
    ] {
        let found = ineffective(told, &json!({"state": state}));
        assert_eq!(found.is_none(), is_there, "{told}, {state}");
    }
}

#[test]
fn history_that_lost_a_step_and_a_payout_that_changed_are_found() {
    let mut known = Known::default();
    assert_eq!(shortened(&mut known, &paid()), None);
    assert_eq!(shortened(&mut known, &paid()), None);
    let other = shown("created", 0, &[]);
    assert!(shortened(&mut known, &other).is_some());
    assert_eq!(unlike(&wish(), &paid()), Vec::<String>::new());
    let mut wrong = paid();
    wrong["account_number"] = json!("77001112233");
    assert_eq!(unlike(&wish(), &wrong).len(), 1);
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
