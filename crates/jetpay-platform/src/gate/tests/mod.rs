//! The books, plan by plan.

mod asks;
mod checks;
mod endings;
mod merchant;
mod requests;
mod sends;
mod telling;

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

/// Books in which payouts to the account have this plan.
fn books(plan: Plan) -> Books {
    let mut books = Books::new(keyring());
    books.plan(ACCOUNT, plan);
    books
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

fn send(books: &mut Books, now: Millis, payment_id: &str) -> Reply {
    books.receive(now, PAYOUT, &signed(&order(payment_id)))
}

fn ask(books: &mut Books, now: Millis, payment_id: &str) -> Reply {
    let question = json!({"general": {"project_id": 35, "payment_id": payment_id}});
    books.receive(now, STATUS, &signed(&question))
}

/// `code` of an answer; none of a good one.
fn code(reply: &Reply) -> Option<String> {
    Some(reply.json()?.get("code")?.as_str().unwrap().to_owned())
}

/// `payment.status` of an answer, else its code.
fn stands(reply: &Reply) -> String {
    let json = reply.json().unwrap();
    let status = json["payment"]["status"].as_str();
    status.map_or_else(|| code(reply).unwrap(), str::to_owned)
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
