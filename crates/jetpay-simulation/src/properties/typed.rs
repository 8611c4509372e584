//! Typed messages: each field has the value that the body has, and each refusal has a reason in the body.

use jetpay_cashin_kz::CashinKz;
use jetpay_core::message::{Authentic, Received, Request};
use jetpay_core::rejection::FieldFlaw;
use jetpay_core::signature::sign;
use jetpay_core::{Callback, Method, Rejection};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_qiwi_kz::QiwiKz;
use serde_json::{Value, json};

use super::canonical::flatten;
use super::{KEY, KEYRING};

/// How a method read a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Read {
    /// As `verify`.
    Verify,
    /// As `check_deposit`.
    CheckDeposit,
    /// As a callback.
    Callback,
    /// Refused, although the signature was good.
    Refused,
}

/// Signs a body and reads it as a message to each of the five methods. Returns the name of each method and how it
/// read the body; empty if the body cannot be signed or names no known project.
///
/// # Panics
/// If a field differs from what another parser reads at the same path, or if a refusal gives a reason that the body
/// does not have.
#[must_use]
pub fn typed(body: &[u8]) -> Vec<(&'static str, Read)> {
    let Ok(signed) = sign(body, &KEY) else {
        return Vec::new();
    };
    let value: Value = serde_json::from_slice(&signed).expect("it was signed");
    let received = Received::parse(&signed).expect("it was signed");
    let message = match received.authenticate(&KEYRING) {
        Ok(message) => message,
        Err(why) => {
            assert_eq!(why, Rejection::UnknownProject);
            return Vec::new();
        }
    };
    assert_eq!(message.body(), signed);
    let reads = vec![
        read::<Kaspi>(&message, &value),
        read::<Kassa24>(&message, &value),
        read::<Kassa24Bvu>(&message, &value),
        read::<CashinKz>(&message, &value),
        read::<QiwiKz>(&message, &value),
    ];
    // No message is a status answer and something else.
    if let Ok(callbacks) = message.status_answer() {
        assert!(reads.iter().all(|(_, read)| *read == Read::Refused));
        assert!(
            !callbacks.is_empty()
                && value
                    .get("operation")
                    .is_none_or(|it| flatten(it).is_empty())
        );
        for callback in callbacks {
            assert_eq!(json!(callback.payment.id), value["payment"]["id"]);
            assert_eq!(json!(callback.project_id), value["project_id"]);
        }
    }
    reads
}

fn read<M: Method<CheckDeposit: serde::Serialize>>(
    message: &Authentic<'_, '_>,
    value: &Value,
) -> (&'static str, Read) {
    let read = match message.read::<M>() {
        Ok(Request::Verify(request)) => {
            assert_eq!(value["type"], "verify");
            check_request(&json!(request), value);
            Read::Verify
        }
        Ok(Request::CheckDeposit(request)) => {
            let may_say_verify = M::NAME == CashinKz::NAME && value["type"] == "verify";
            assert!(value["type"] == "check_deposit" || may_say_verify);
            assert_eq!(value["payment_method"], M::PAYMENT_METHOD);
            check_request(&json!(request), value);
            Read::CheckDeposit
        }
        Ok(Request::Callback(callback)) => {
            check_callback(&callback, value);
            assert_eq!(*callback, message.callback().expect("it was read before"));
            Read::Callback
        }
        Err(why) => {
            check_rejection(&why, value);
            assert!(!is_valid_verify(value), "{why}");
            Read::Refused
        }
    };
    (M::NAME, read)
}

/// Checks that a request has the fields of the body, with the same names and types.
fn check_request(request: &Value, value: &Value) {
    for (name, read) in request.as_object().expect("a request has fields") {
        assert_eq!(*read, value[name], "{name}");
        match name.as_str() {
            "amount" => assert!(read.as_i64().is_some_and(|minor| minor > 0)),
            "currency" => assert_eq!(read, "KZT", "the currency of all these projects"),
            _ => {}
        }
        if name.ends_with("_id") && name != "project_id" {
            check_id(read.as_str().expect("an id is a text"));
        }
    }
}

fn check_id(text: &str) {
    let fits = (1..=255).contains(&text.len());
    assert!(fits && !text.contains(';') && !text.contains(char::is_control));
}

/// Checks that the body has what the rejection says.
fn check_rejection(why: &Rejection, value: &Value) {
    match why {
        Rejection::Malleated(_) => assert!(!has_no_separators(value), "{why}"),
        Rejection::Field { path, flaw } => {
            let source = value.pointer(&format!("/{}", path.replace(':', "/")));
            match flaw {
                // An empty text counts as missing. A value without leaves is not signed, so it is missing, too.
                FieldFlaw::Missing => assert!(
                    source.is_none_or(|source| {
                        source.is_null() || *source == "" || flatten(source).is_empty()
                    }),
                    "{why}"
                ),
                FieldFlaw::NotA(_) | FieldFlaw::NotThe(_) => assert!(source.is_some(), "{why}"),
                _ => {}
            }
        }
        Rejection::MethodNotSupported { .. } => panic!("these projects take all methods"),
        _ => panic!("{why}: the signature was good"),
    }
}

/// Whether no text and no key contains a separator of the canonical string.
fn has_no_separators(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().all(|(key, value)| {
            !key.contains([';', ':']) && !key.contains(char::is_control) && has_no_separators(value)
        }),
        Value::Array(elements) => elements.iter().all(has_no_separators),
        Value::String(text) => !text.contains(';'),
        _ => true,
    }
}

/// Whether the body is a `verify` that no method may refuse.
fn is_valid_verify(value: &Value) -> bool {
    let is_id = |text: &str| {
        let fits = (1..=255).contains(&text.len());
        fits && !text.contains(char::is_control)
    };
    let fields = value.as_object().expect("it was signed");
    let foreign = [
        "payment",
        "operation",
        "amount",
        "currency",
        "payment_method",
    ];
    value["type"] == "verify"
        && value["project_id"].is_i64()
        && value["customer_id"].as_str().is_some_and(is_id)
        && foreign.iter().all(|name| !fields.contains_key(*name))
        && has_no_separators(value)
}

/// How a value may change between the body and the typed message. Only what an effect needs must be there.
#[derive(Clone, Copy)]
enum Conversion {
    /// It does not change.
    Unchanged,
    /// A text that is not empty, or none.
    Text,
    /// A text that is not empty and has no `;`, or none.
    Word,
    /// A word; a known one gets its canonical spelling.
    Status,
    /// An integer or a text of digits becomes a number, or none.
    Number,
    /// A word, or an integer as a text, or none.
    Id,
    /// An amount with its currency, or none.
    Money,
}

use Conversion::{Id, Money, Number, Status, Text, Unchanged, Word};

/// The fields of a callback, by their paths in the body.
const FIELDS: [(&str, Conversion); 23] = [
    ("/project_id", Unchanged),
    ("/payment/id", Unchanged),
    ("/payment/type", Status),
    ("/payment/status", Status),
    ("/payment/date", Word),
    ("/payment/method", Text),
    ("/payment/sum", Money),
    ("/payment/description", Text),
    ("/account/number", Id),
    ("/customer/id", Id),
    ("/operation/id", Number),
    ("/operation/type", Status),
    ("/operation/status", Status),
    ("/operation/date", Word),
    ("/operation/created_date", Word),
    ("/operation/request_id", Id),
    ("/operation/sum_initial", Money),
    ("/operation/sum_converted", Money),
    ("/operation/code", Id),
    ("/operation/message", Text),
    ("/operation/provider/id", Id),
    ("/operation/provider/payment_id", Id),
    ("/operation/provider/auth_code", Id),
];

/// Checks that a callback has the values of the body.
fn check_callback(callback: &Callback, value: &Value) {
    let read = json!(callback);
    for (path, conversion) in FIELDS {
        let own_path = match path {
            "/account/number" => "/account_number",
            "/customer/id" => "/customer_id",
            same => same,
        };
        let read = read.pointer(own_path).expect("every field is written");
        let source = value.pointer(path).unwrap_or(&Value::Null);
        assert!(is_converted(read, source, conversion), "{path}");
    }
    check_id(callback.payment.id.as_str());
    // Only these three values together mean that the payment was paid.
    let says = |at: &str, word: &str| {
        let source = value.pointer(at).and_then(Value::as_str);
        source.is_some_and(|source| source.eq_ignore_ascii_case(word))
    };
    let succeeded = says("/payment/status", "success")
        && says("/operation/status", "success")
        && says("/operation/type", "sale");
    assert_eq!(callback.paid().is_some(), succeeded);
}

fn is_converted(read: &Value, source: &Value, conversion: Conversion) -> bool {
    let text = source.as_str().filter(|text| !text.is_empty());
    let word = text.filter(|text| !text.contains(';'));
    let integer = source.as_i64().map(|number| number.to_string());
    let expected = match conversion {
        Unchanged => Some(source.clone()),
        Text => text.map(Value::from),
        Word => word.map(Value::from),
        Status if word.is_some_and(|word| read == word) => word.map(Value::from),
        Status => word.map(|_| canonical_spelling(source).into()),
        Number => {
            let digits = word.map(ToOwned::to_owned).or(integer);
            let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
            digits.and_then(|digits| Some(digits.parse::<i64>().ok()?.into()))
        }
        Id => word.map(ToOwned::to_owned).or(integer).map(Value::from),
        Money => {
            let currency = source["currency"].as_str().unwrap_or_default();
            let capitals = currency.bytes().all(|byte| byte.is_ascii_uppercase());
            let is_money = source["amount"].is_i64() && currency.len() == 3 && capitals;
            is_money.then(|| json!({"amount": source["amount"], "currency": currency}))
        }
    };
    *read == expected.unwrap_or_default()
}

fn canonical_spelling(word: &Value) -> String {
    let word = word.as_str().unwrap_or_default().to_ascii_lowercase();
    word.replace('_', " ").replace("cancelled", "canceled")
}
