//! Tests of the Gate's state, plan by plan.

mod callbacks;
mod merchant;
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
