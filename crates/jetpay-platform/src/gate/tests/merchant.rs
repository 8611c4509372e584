//! A merchant that keeps the rules, against two hundred plans by chance; and one that does not.

use super::*;

/// What an answer lets a merchant do next.
enum Next {
    Send,
    Ask,
    Rest,
}

/// Follows the table of the protocol until nothing more is to be done or two weeks are over: at first every ten
/// seconds, then less and less often.
fn pays_out(books: &mut Books, patient: bool) {
    let mut next = Next::Send;
    for step in 0..100 {
        let now = NOW + 10 * SECOND * (step + 12 * step * step);
        next = match next {
            Next::Send => after_send(&send(books, now, "p-1"), patient),
            Next::Ask => after_ask(&ask(books, now, "p-1")),
            Next::Rest => return,
        };
    }
}

fn after_send(reply: &Reply, patient: bool) -> Next {
    match (reply.status(), code(reply).as_deref()) {
        (Some(401 | 403 | 429), _) | (_, Some("3613")) => Next::Send,
        (Some(400), Some("3041")) => Next::Ask,
        (Some(400), Some(_)) => Next::Rest,
        (Some(200), None) if reply.json().is_some() => Next::Ask,
        // The outcome is unknown.
        _ if patient => Next::Ask,
        _ => Next::Send,
    }
}

fn after_ask(reply: &Reply) -> Next {
    if reply.status() != Some(200) && code(reply).is_none() || reply.json().is_none() {
        return Next::Ask;
    }
    match stands(reply).as_str() {
        "3061" | "error" => Next::Send,
        "success" | "decline" | "reversed" => Next::Rest,
        _ => Next::Ask,
    }
}

#[test]
fn who_keeps_the_rules_pays_at_most_once_whatever_the_seed_and_sends_nothing_rashly() {
    let mut paid = 0;
    for seed in 0..200 {
        let mut books = books(Plan::of_chance(seed));
        pays_out(&mut books, true);
        assert_eq!(books.rash().count(), 0, "{seed}");
        let out = books.money_out(ACCOUNT);
        assert!([0, 100].contains(&out), "{seed}: {out}");
        let status = books.status(35, "p-1");
        assert_eq!(out == 100, status == Some("success"), "{seed}: {status:?}");
        paid += i64::from(out == 100);
    }
    assert!(paid > 60, "{paid}");
}

#[test]
fn who_sends_again_without_asking_is_found_rash() {
    let rash = (0..100).filter(|seed| {
        let mut books = books(Plan::of_chance(*seed));
        pays_out(&mut books, false);
        books.rash().next().is_some()
    });
    assert!(rash.count() > 10);
}
