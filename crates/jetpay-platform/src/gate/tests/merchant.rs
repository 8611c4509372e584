//! A merchant that follows the rules, against two hundred random plans; and a merchant that does not.

use super::*;

/// What an answer allows a merchant to do next.
enum Next {
    Send,
    Ask,
    Rest,
}

/// Follows the protocol's table until nothing is left to do or two weeks are over. The first step is after ten seconds;
/// later steps are further apart.
fn pays_out(state: &mut GateState, patient: bool) {
    let mut next = Next::Send;
    for step in 0..100 {
        let now = NOW + 10 * SECOND * (step + 12 * step * step);
        next = match next {
            Next::Send => after_send(&send(state, now, "p-1"), patient),
            Next::Ask => after_ask(&ask(state, now, "p-1")),
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
    match status_of(reply).as_str() {
        "3061" | "error" => Next::Send,
        "success" | "decline" | "reversed" => Next::Rest,
        _ => Next::Ask,
    }
}

#[test]
fn merchant_that_follows_the_rules_pays_at_most_once_and_makes_no_unsafe_resend() {
    let mut paid = 0;
    for seed in 0..200 {
        let mut state = state(Plan::of_chance(seed));
        pays_out(&mut state, true);
        assert_eq!(state.unsafe_resends().count(), 0, "{seed}");
        let out = state.money_out(ACCOUNT);
        assert!([0, 100].contains(&out), "{seed}: {out}");
        let status = state.status(35, "p-1");
        assert_eq!(out == 100, status == Some("success"), "{seed}: {status:?}");
        paid += i64::from(out == 100);
    }
    assert!(paid > 60, "{paid}");
}

#[test]
fn merchant_that_sends_again_without_a_status_request_makes_unsafe_resends() {
    let unsafe_resends = (0..100).filter(|seed| {
        let mut state = state(Plan::of_chance(*seed));
        pays_out(&mut state, false);
        state.unsafe_resends().next().is_some()
    });
    assert!(unsafe_resends.count() > 10);
}
