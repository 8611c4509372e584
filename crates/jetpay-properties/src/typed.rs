//! Of typed messages: what is read is what stands in the body, and nothing is refused without a reason.

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

use crate::canonical::flatten;
use crate::{KEY, KEYRING};

/// What a method made of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Read {
    /// `verify`.
    Verify,
    /// `check_deposit`.
    CheckDeposit,
    /// A callback.
    Callback,
    /// The signature was good, and the message was not.
    Refused,
}

/// Signs a body and reads it as a message to each of the five methods; what each of them, by its name, made of it.
/// Nothing for a body that cannot be signed or is of no project.
///
/// # Panics
/// When what was read is not what another parser reads at the same place, or a refusal says what is not so.
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
    vec![
        read::<Kaspi>(&message, &value),
        read::<Kassa24>(&message, &value),
        read::<Kassa24Bvu>(&message, &value),
        read::<CashinKz>(&message, &value),
        read::<QiwiKz>(&message, &value),
    ]
}

fn read<M: Method<CheckDeposit: serde::Serialize>>(
    message: &Authentic<'_, '_>,
    value: &Value,
) -> (&'static str, Read) {
    let read = match message.read::<M>() {
        Ok(Request::Verify(request)) => {
            assert_eq!(value["type"], "verify");
            agrees(&json!(request), value);
            Read::Verify
        }
        Ok(Request::CheckDeposit(request)) => {
            let may_say_verify = M::NAME == CashinKz::NAME && value["type"] == "verify";
            assert!(value["type"] == "check_deposit" || may_say_verify);
            assert_eq!(value["payment_method"], M::PAYMENT_METHOD);
            agrees(&json!(request), value);
            Read::CheckDeposit
        }
        Ok(Request::Callback(callback)) => {
            callback_agrees(&callback, value);
            assert_eq!(*callback, message.callback().expect("it was read just now"));
            Read::Callback
        }
        Err(why) => {
            is_true(&why, value);
            assert!(!is_honest_verify(value), "{why}");
            Read::Refused
        }
    };
    (M::NAME, read)
}

/// A request has what the body has under the same names, in the same types.
fn agrees(request: &Value, value: &Value) {
    for (name, read) in request.as_object().expect("a request has fields") {
        match name.as_str() {
            "amount" => {
                assert!(value["amount"].as_i64().is_some_and(|minor| minor > 0));
                let stands = json!({"amount": value["amount"], "currency": value["currency"]});
                assert_eq!(*read, stands);
                assert_eq!(
                    read["currency"], "KZT",
                    "the currency of all these projects"
                );
            }
            "typed_verify" => assert_eq!(*read, json!(value["type"] == "verify")),
            name => assert_eq!(*read, value[name], "{name}"),
        }
        if name.ends_with("_id") && name != "project_id" {
            is_id(read.as_str().expect("an id is a text"));
        }
    }
}

fn is_id(text: &str) {
    let fits = (1..=255).contains(&text.len());
    assert!(fits && !text.contains(';') && !text.contains(char::is_control));
}

/// What a refusal says can be seen in the body.
fn is_true(why: &Rejection, value: &Value) {
    match why {
        Rejection::Malleated(_) => assert!(!is_plain(value), "{why}"),
        Rejection::Field { path, flaw } => {
            let stands = value.pointer(&format!("/{}", path.replace(':', "/")));
            match flaw {
                // An empty text says nothing, and what has no leaves is not signed, so that it is not there.
                FieldFlaw::Missing => assert!(
                    stands.is_none_or(|stands| {
                        stands.is_null() || *stands == "" || flatten(stands).is_empty()
                    }),
                    "{why}"
                ),
                FieldFlaw::NotA(_) | FieldFlaw::NotThe(_) => assert!(stands.is_some(), "{why}"),
                _ => {}
            }
        }
        Rejection::MethodNotSupported { .. } => panic!("these projects take all methods"),
        _ => panic!("{why}: the signature was good"),
    }
}

/// Whether no text and no key could be cut anywhere.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().all(|(key, value)| {
            !key.contains([';', ':']) && !key.contains(char::is_control) && is_plain(value)
        }),
        Value::Array(elements) => elements.iter().all(is_plain),
        Value::String(text) => !text.contains(';'),
        _ => true,
    }
}

/// A `verify` that nobody may refuse: no method's crate, and no defence against what it cannot be.
fn is_honest_verify(value: &Value) -> bool {
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
        && is_plain(value)
}

/// What may become of a value on its way from the body to the typed message.
#[derive(Clone, Copy)]
enum Becomes {
    /// Nothing at all.
    Itself,
    /// An empty text is none, as `null` is.
    Said,
    /// The same, and a known word gets its one spelling.
    Word,
    /// Of another type, or with a `;`, it is none.
    Hint,
    /// An integer, also from its digits.
    Number,
    /// A text, also from an integer.
    Text,
    /// An amount and a currency, or none where there is no amount.
    Money,
}

use Becomes::{Hint, Itself, Money, Number, Said, Text, Word};

const FIELDS: [(&str, &str, Becomes); 23] = [
    ("/project_id", "/project_id", Itself),
    ("/payment/id", "/payment/id", Itself),
    ("/payment/type", "/payment/type", Word),
    ("/payment/status", "/payment/status", Word),
    ("/payment/date", "/payment/date", Hint),
    ("/payment/method", "/payment/method", Said),
    ("/payment/sum", "/payment/sum", Money),
    ("/payment/description", "/payment/description", Said),
    ("/account_number", "/account/number", Said),
    ("/customer_id", "/customer/id", Said),
    ("/operation/id", "/operation/id", Number),
    ("/operation/type", "/operation/type", Word),
    ("/operation/status", "/operation/status", Word),
    ("/operation/date", "/operation/date", Hint),
    ("/operation/created_date", "/operation/created_date", Hint),
    ("/operation/request_id", "/operation/request_id", Said),
    ("/operation/sum_initial", "/operation/sum_initial", Money),
    (
        "/operation/sum_converted",
        "/operation/sum_converted",
        Money,
    ),
    ("/operation/code", "/operation/code", Text),
    ("/operation/message", "/operation/message", Said),
    ("/operation/provider/id", "/operation/provider/id", Text),
    (
        "/operation/provider/payment_id",
        "/operation/provider/payment_id",
        Said,
    ),
    (
        "/operation/provider/auth_code",
        "/operation/provider/auth_code",
        Said,
    ),
];

/// The callback has what stands in the body.
fn callback_agrees(callback: &Callback, value: &Value) {
    let read = json!(callback);
    for (read_to, stands_at, becomes) in FIELDS {
        let read = read.pointer(read_to).expect("every field is written");
        let stands = value.pointer(stands_at).unwrap_or(&Value::Null);
        assert!(is_from(read, stands, becomes), "{read_to}");
    }
    is_id(callback.payment.id.as_str());
    // Who asks for money must be told yes only by these three words.
    let says = |at: &str, word: &str| {
        let stands = value.pointer(at).and_then(Value::as_str);
        stands.is_some_and(|stands| stands.eq_ignore_ascii_case(word))
    };
    let succeeded = says("/payment/status", "success")
        && says("/operation/status", "success")
        && says("/operation/type", "sale");
    assert_eq!(callback.paid().is_some(), succeeded);
}

fn is_from(read: &Value, stands: &Value, becomes: Becomes) -> bool {
    let nothing = || read.is_null() && (stands.is_null() || *stands == "");
    match becomes {
        Said => nothing() || read == stands,
        Word => {
            nothing() || (stands.is_string() && (read == stands || *read == one_spelling(stands)))
        }
        Hint if read.is_null() => stands
            .as_str()
            .is_none_or(|text| text.is_empty() || text.contains(';')),
        Itself | Hint => read == stands,
        Number => {
            *read
                == stands.as_str().map_or(stands.clone(), |digits| {
                    json!(digits.parse::<u64>().expect("digits"))
                })
        }
        Text => {
            nothing() || read == stands || (stands.is_i64() && *read == json!(stands.to_string()))
        }
        Money if read.is_null() => stands.get("amount").is_none_or(Value::is_null),
        Money => {
            *read == json!({"amount": stands["amount"], "currency": stands["currency"]})
                && read["amount"].is_i64()
        }
    }
}

fn one_spelling(word: &Value) -> String {
    let word = word.as_str().unwrap_or_default().to_ascii_lowercase();
    word.replace('_', " ").replace("cancelled", "canceled")
}
