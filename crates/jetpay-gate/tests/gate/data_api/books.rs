//! The platform's books behind a small Data API: it selects by time, splits into pages, and signs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jetpay_core::report::ReportedOperation;
use jetpay_core::signature::{Canonical, Key, sign};
use jetpay_gate::{BaseUrl, DataApi, DataApiBuilder, DataApiError, Fetched, UnreadableOperation};
use serde_json::{Value, json};

use crate::wire::{Does, Request, Server};

pub(super) const TOKEN: &str = "ZOyTL5shY8ddhpxdQyplRPJYmGV7Kv";
pub(super) const KEY: &str = "key of the token";
/// 2024-08-01 00:00:00 UTC.
pub(super) const DAY: i64 = 1_722_470_400;
pub(super) const HOUR: i64 = 3600;

/// How the platform writes its answers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Edition {
    /// Integers, and dates with an offset. Signed in natural order.
    A,
    /// Texts, and dates without an offset. Signed in byte order.
    B,
}

/// An operation of the books.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) id: u64,
    pub(super) minor: i64,
    /// When it changed last: `2024-08-01 12:00:00`.
    pub(super) changed: String,
}

/// `count` operations of 2024-08-01, the most recent first, with ids from `count` down to 1.
pub(super) fn entries(count: u64) -> Vec<Entry> {
    let entry = |id| Entry {
        id,
        minor: 100,
        changed: format!(
            "2024-08-01 {:02}:{:02}:{:02}",
            id / 3600,
            id / 60 % 60,
            id % 60
        ),
    };
    (1..=count).rev().map(entry).collect()
}

pub(super) type Change = fn(&mut Vec<Entry>, usize);

/// A Data API over these books, which change before each answer.
pub(super) fn books(edition: Edition, entries: Vec<Entry>, change: Change) -> Does {
    let entries = Mutex::new(entries);
    Does::Call(Arc::new(move |request, turn| {
        let mut entries = entries.lock().unwrap();
        change(&mut entries, turn);
        page(edition, &entries, request)
    }))
}

/// The response to a good request.
pub(super) fn page(edition: Edition, entries: &[Entry], request: &Request) -> String {
    let asked = request.json();
    assert!(request.is_signed_by(KEY), "{}", request.body);
    let within = |entry: &&Entry| {
        let bound = |name: &str| asked["interval"][name].as_str().unwrap().to_owned();
        (bound("from")..=bound("to")).contains(&entry.changed)
    };
    let number = |name: &str| usize::try_from(asked[name].as_u64().unwrap()).unwrap();
    let rows = entries.iter().filter(within).skip(number("offset"));
    let rows: Vec<_> = rows
        .take(number("limit"))
        .map(|it| row(edition, it))
        .collect();
    ok(&signed(edition, &json!({ "operations": rows })))
}

fn row(edition: Edition, entry: &Entry) -> Value {
    let (id, amount, completed) = match edition {
        Edition::A => (
            json!(entry.id.to_string()),
            json!(entry.minor),
            entry.changed.replace(' ', "T") + "+00:00",
        ),
        Edition::B => (
            json!(entry.id),
            json!(entry.minor.to_string()),
            entry.changed.clone(),
        ),
    };
    json!({
        "project_id": "11",
        "operation_id": id,
        "payment_id": format!("payment_{}", entry.id),
        "operation_type": "sale",
        "operation_status": "success",
        "operation_created_at": "",
        "operation_completed_at": completed,
        "sum_initial": {"amount": amount, "currency": "KZT"},
        "sum_converted": {"amount": amount, "currency": "KZT"},
        "payment_method_type": "wallet",
        "account_number": "77001234567",
        "provider_payment_id": "",
        "provider_date": "",
        "transaction_status": "success",
        "customer_id": "7123456789",
        "completed_refund": "",
        "remaining_refund": "",
    })
}

pub(super) fn signed(edition: Edition, body: &Value) -> String {
    let key = Key::new(KEY).unwrap();
    let natural = String::from_utf8(sign(body.to_string().as_bytes(), &key).unwrap()).unwrap();
    let canonical = Canonical::parse(natural.as_bytes()).unwrap();
    match (edition, canonical.byte_ordered()) {
        (Edition::B, Some(by_bytes)) => {
            natural.replace(canonical.signature().text().unwrap(), &key.sign(&by_bytes))
        }
        _ => natural,
    }
}

pub(super) fn ok(body: &str) -> String {
    respond(200, "", body)
}

/// A response with more lines in its head.
pub(super) fn respond(http_status: u16, head: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {http_status} X\r\n{head}content-length: {length}\r\n\r\n{body}")
}

/// A client with a short time limit and short pauses.
pub(super) fn client(server: &Server) -> DataApiBuilder {
    let base_url = BaseUrl::parse(&server.url).unwrap();
    DataApi::builder(base_url, TOKEN, Key::new(KEY).unwrap())
        .with_timeout(Duration::from_secs(20))
        .with_first_pause(Duration::from_millis(1))
}

pub(super) type Rows = Vec<Result<ReportedOperation, UnreadableOperation>>;

/// Asks for all projects.
pub(super) async fn ask(
    client: DataApiBuilder,
    from: i64,
    to: i64,
) -> (Result<Fetched, DataApiError>, Rows) {
    let mut rows = Vec::new();
    let client = client.build().unwrap();
    let fetched = client
        .operations(from, to, &[], &mut |row| rows.push(row))
        .await;
    (fetched, rows)
}

/// The numbers and amounts of operations that were all read.
pub(super) fn numbers(rows: &Rows) -> Vec<(u64, i64)> {
    let rows = rows.iter().map(|row| row.as_ref().unwrap());
    rows.map(|it| (it.operation_id.number(), it.amount.minor()))
        .collect()
}
