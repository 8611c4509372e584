//! Answers of a billing: only result 0 about our `txn_id` makes an account known or a payment delivered.

use std::collections::BTreeSet;

use jetpay_billing::dialect::{Body, CheckAnswer, Dialect, PayOrder};
use jetpay_billing::{Delivery, Failure};
use jetpay_core::{Currency, Money};
use jiff::civil::DateTime;
use serde_json::Value;

/// The `txn_id` of each question, as in most answers of `fixtures/billing`.
const TXN_ID: &str = "1234567";

/// Reads bytes as the answer to `check` and to `pay` in both dialects. Returns what they mean, in words.
///
/// # Panics
/// If an account is known or a payment is delivered, and another parser does not find result 0 and our `txn_id`; if `check`
/// and `pay` differ about that; unless the payment is of another sum; if a text for people is long or has control characters.
#[must_use]
pub fn billing(body: &[u8]) -> BTreeSet<&'static str> {
    let mut reached = BTreeSet::new();
    for content_type in [
        None,
        Some("application/json"),
        Some("text/xml; charset=windows-1251"),
    ] {
        for dialect in [Dialect::Osmp, Dialect::Kaspi] {
            let body = Body::new(body, content_type);
            let check = dialect.read_check(body, TXN_ID);
            let pay = dialect.read_pay(body, &order(false));
            let again = dialect.read_pay(body, &order(true));
            let known = matches!(check, Ok(CheckAnswer::Known(_)));
            let delivered = matches!(pay, Delivery::Delivered { .. });
            let is_of_another_sum = |pay: &Delivery| matches!(pay, Delivery::Refused { why } if why.meaning.contains("we told it of"));
            assert_eq!(known, delivered || is_of_another_sum(&pay), "{dialect:?}");
            assert!(!known || pay == again, "{dialect:?}");
            reached.extend([word_of_check(&check), word_of_pay(&pay)]);
            if matches!(again, Delivery::Delivered { .. }) && !delivered {
                reached.insert("repeated");
            }
        }
    }
    if reached.contains("known") {
        assert!(confirmed(body), "known without result 0 about our txn_id");
    }
    reached
}

fn order(is_repeat: bool) -> PayOrder<'static> {
    PayOrder {
        txn_id: TXN_ID,
        account: "77",
        sum: Money::new(20_000, Currency::KZT),
        time: DateTime::default(),
        is_repeat,
    }
}

fn word_of_check(answer: &Result<CheckAnswer, Failure>) -> &'static str {
    match answer {
        Ok(CheckAnswer::Known(_)) => "known",
        Ok(CheckAnswer::Unknown) => "unknown",
        Err(failure) => {
            assert_short(&failure.to_string());
            match failure {
                Failure::Said(_) => "said",
                Failure::NotNow(_) => "not now",
                Failure::Unreadable(_) => "unreadable",
                other => panic!("no bytes mean {other:?}"),
            }
        }
    }
}

fn word_of_pay(delivery: &Delivery) -> &'static str {
    match delivery {
        Delivery::Delivered { receipt } => {
            receipt.as_deref().into_iter().for_each(assert_short);
            "delivered"
        }
        Delivery::Again { why, .. } => {
            assert_short(why);
            "again"
        }
        Delivery::Refused { why } => {
            assert_short(&why.to_string());
            "refused"
        }
        Delivery::Gone { .. } => panic!("only an HTTP status means this"),
    }
}

fn assert_short(text: &str) {
    assert!(text.chars().count() <= 320, "{text}");
    assert!(!text.contains(char::is_control), "{text:?}");
}

/// Whether other parsers find result 0 and our `txn_id`. What they cannot read at all, they do not deny.
fn confirmed(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let is_zero = |text: &str| !text.trim().is_empty() && text.trim().bytes().all(|it| it == b'0');
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        let text = |name| match json.get(name)? {
            Value::String(text) => Some(text.trim().to_owned()),
            other => Some(other.to_string()),
        };
        let ids = [text("txn_id"), text("osmp_txn_id")];
        return text("result").is_some_and(|it| is_zero(&it))
            && ids.contains(&Some(TXN_ID.to_owned()));
    }
    // All that matters is ASCII, which both character sets have at the same place.
    let text: String = match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => body.iter().map(|byte| char::from(*byte)).collect(),
    };
    let Ok(document) = roxmltree::Document::parse(&text) else {
        return true;
    };
    let texts = |names: [&str; 2]| -> Vec<String> {
        let fields = document.root_element().children();
        let fields = fields.filter(|field| names.contains(&field.tag_name().name()));
        let text = |field: roxmltree::Node<'_, '_>| {
            let parts = field.children().filter(roxmltree::Node::is_text);
            parts.filter_map(|part| part.text()).collect::<String>()
        };
        fields.map(text).collect()
    };
    let (ids, results) = (
        texts(["txn_id", "osmp_txn_id"]),
        texts(["result", "result"]),
    );
    !ids.is_empty()
        && ids.iter().all(|id| id.trim() == TXN_ID)
        && matches!(&*results, [result] if is_zero(result))
}
