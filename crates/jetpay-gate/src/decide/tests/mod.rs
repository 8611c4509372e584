//! Tables of responses and their meanings, and properties that hold for any response.

mod payout;
mod status;

use jetpay_core::Project;
use jetpay_core::id::PaymentId;
use jetpay_core::signature::{Key, sign};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::payout;
use crate::redact::Redactor;
use crate::response::Expected;
use crate::{Outcome, StatusOutcome};

fn project() -> Project {
    let project = Project::new(35, "secret").unwrap();
    project.with_secret("next secret").unwrap()
}

fn signed(body: &str, secret: &str) -> String {
    let signed = sign(body.as_bytes(), &Key::new(secret).unwrap()).unwrap();
    String::from_utf8(signed).unwrap()
}

/// Calls a function that expects a response about the payment `test_123` of project 35.
fn asking<T>(ask: impl FnOnce(&Expected<'_>) -> T) -> T {
    let payment_id = PaymentId::new("test_123").unwrap();
    ask(&Expected {
        project: &project(),
        payment_id: Some(&payment_id),
    })
}

fn http_status() -> impl Strategy<Value = u16> {
    let usual = proptest::sample::select(vec![
        200, 201, 302, 400, 401, 403, 404, 408, 422, 429, 500, 502, 504,
    ]);
    prop_oneof![usual, 100..600_u16]
}

/// Right and wrong values of a field.
fn value() -> impl Strategy<Value = Value> {
    let words = [
        "success", "error", "decline", "", "test_123", "other", "35", "3041", "3613", "9999",
    ];
    let numbers = [0, 35, 36, 2003, 3041, 3061, 3104, 3613, 9999, 20_000, -1];
    prop_oneof![
        proptest::sample::select(words.map(|word| json!(word)).to_vec()),
        proptest::sample::select(numbers.map(|number| json!(number)).to_vec()),
        Just(Value::Null),
        Just(json!(true)),
        Just(json!(3104.0)),
        Just(json!([])),
        Just(json!({"status": "error"})),
    ]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let names = [
        "status",
        "code",
        "project_id",
        "payment_id",
        "request_id",
        "message",
        "payment",
        "operations",
    ];
    let field = (proptest::sample::select(names.to_vec()), value());
    let object = proptest::collection::vec(field, 0..7).prop_map(|fields| {
        let fields = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        Value::Object(fields.collect()).to_string().into_bytes()
    });
    prop_oneof![8 => object, 1 => proptest::collection::vec(any::<u8>(), 0..64)]
}

/// The code of an `error`, read in another way than by the client. With HTTP 401, 403 and 429 the word may be missing.
fn error_code(status: u16, body: &[u8]) -> Option<u64> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let code = match body.get("code")? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let is_error = match body.get("status") {
        None | Some(Value::Null) => [401, 403, 429].contains(&status),
        Some(word) => word == "error",
    };
    code.filter(|_| is_error)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn payout_is_accepted_or_rejected_only_if_the_response_says_so(status in http_status(), body in body()) {
        match asking(|expected| payout(status, &body, expected, &Redactor::default())) {
            Outcome::Accepted(accepted) if accepted.known_before => {
                prop_assert_eq!(error_code(status, &body), Some(3041));
            }
            Outcome::Accepted(_) => {
                let body: Value = serde_json::from_slice(&body).unwrap();
                prop_assert_eq!(status, 200);
                prop_assert_eq!(&body["status"], &json!("success"));
                prop_assert_eq!(&body["payment_id"], &json!("test_123"));
            }
            Outcome::Rejected(rejected) if rejected.same_id_later => {
                prop_assert!([401, 403, 429].contains(&status) || error_code(status, &body) == Some(3613));
            }
            Outcome::Rejected(_) => {
                let code = error_code(status, &body).unwrap();
                prop_assert!((2000..4000).contains(&code) && ![3041, 3061, 3613].contains(&code));
                prop_assert!(status == 200 || (400..500).contains(&status) && status != 408);
            }
            Outcome::OtherPayout(other) => panic!("one response cannot say this: {other}"),
            Outcome::Unknown(_) => {}
        }
    }

    #[test]
    fn payout_is_not_known_only_if_the_response_says_so(status in http_status(), body in body()) {
        match asking(|expected| super::status(status, &body, expected)) {
            StatusOutcome::NotKnown => prop_assert_eq!(error_code(status, &body), Some(3061)),
            StatusOutcome::Known(_) => prop_assert_eq!(status, 200),
            StatusOutcome::Unanswered(_) => {}
        }
    }
}
