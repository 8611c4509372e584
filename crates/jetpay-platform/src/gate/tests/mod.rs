//! Tests of the Gate's state, plan by plan; and a merchant that follows the rules against two hundred random plans.

mod callbacks;
mod reported;
mod requests;
mod sends;

use std::time::Duration;

use jetpay_core::signature::{Key, sign};
use jetpay_core::{Keyring, Project};
use jetpay_testing::SECRET;
use serde_json::{Value, json};

use super::*;

const NOW: Millis = 1_767_225_600_000;
const SECOND: Millis = 1_000;
const ACCOUNT: &str = "9182221133";
const PAYOUT: &str = "/v2/payment/wallet/qiwi-kz/payout";
const STATUS: &str = "/v2/payment/status";

fn keyring() -> Keyring {
    Keyring::from(Project::new(35, SECRET).unwrap())
}

/// The state of a Gate that uses this plan for payouts to the account.
fn state(plan: Plan) -> GateState {
    let mut state = GateState::new(keyring());
    state.plan(ACCOUNT, plan);
    state
}

fn order(payment_id: &str) -> Value {
    json!({
        "general": {"project_id": 35, "payment_id": payment_id},
        "customer": {"id": "12345", "ip_address": "198.51.100.47", "first_name": "John", "last_name": "Doe",
            "email": "johndoe@example.com"},
        "account": {"number": ACCOUNT},
        "payment": {"amount": 100, "currency": "KZT"},
    })
}

fn signed(body: &Value) -> Vec<u8> {
    sign(body.to_string().as_bytes(), &Key::new(SECRET).unwrap()).unwrap()
}

fn send(state: &mut GateState, now: Millis, payment_id: &str) -> Reply {
    state.receive(now, PAYOUT, &signed(&order(payment_id)))
}

fn ask(state: &mut GateState, now: Millis, payment_id: &str) -> Reply {
    let question = json!({"general": {"project_id": 35, "payment_id": payment_id}});
    state.receive(now, STATUS, &signed(&question))
}

/// `code` of an answer; `None` in a good answer.
fn code(reply: &Reply) -> Option<String> {
    Some(reply.json()?.get("code")?.as_str().unwrap().to_owned())
}

/// `payment.status` of an answer, or its code.
fn status_of(reply: &Reply) -> String {
    let json = reply.json().unwrap();
    let status = json["payment"]["status"].as_str();
    status.map_or_else(|| code(reply).unwrap(), str::to_owned)
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

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
