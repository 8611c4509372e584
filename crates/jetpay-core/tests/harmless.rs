//! Fields that no money depends on never stop a credit, whatever is in them.

mod support;

use jetpay_core::message::Received;
use jetpay_core::money::Money;
use jetpay_core::{Callback, Currency};
use serde_json::{Value, json};
use support::{fixture, keyring, read, signed};

/// What a harmless field holds when it is right.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Text,
    /// An id of another system, or a code: a text or a number.
    Id,
    Object,
    /// The amount or the currency of a sum: neither is of use alone.
    Amount,
    Currency,
}

const FIELDS: [(&str, Shape); 20] = [
    ("payment:type", Shape::Text),
    ("payment:method", Shape::Text),
    ("payment:description", Shape::Text),
    ("payment:sum", Shape::Object),
    ("payment:sum:amount", Shape::Amount),
    ("payment:sum:currency", Shape::Currency),
    ("account", Shape::Object),
    ("account:number", Shape::Id),
    ("customer", Shape::Object),
    ("customer:id", Shape::Id),
    ("operation:request_id", Shape::Id),
    ("operation:message", Shape::Text),
    ("operation:code", Shape::Id),
    ("operation:sum_converted", Shape::Object),
    ("operation:sum_converted:amount", Shape::Amount),
    ("operation:sum_converted:currency", Shape::Currency),
    ("operation:provider", Shape::Object),
    ("operation:provider:id", Shape::Id),
    ("operation:provider:payment_id", Shape::Id),
    ("operation:provider:auth_code", Shape::Id),
];

/// The JSON of an odd value, and its own shape: an integer, nothing, an object or anything else.
const VALUES: [(&str, Kind); 11] = [
    ("12", Kind::Integer),
    ("-9223372036854775808", Kind::Integer),
    ("1.5", Kind::Odd),
    ("true", Kind::Odd),
    ("false", Kind::Odd),
    ("123456789012345678901234567890", Kind::Odd),
    (r#"{"x":{"y":1}}"#, Kind::Object),
    ("null", Kind::Nothing),
    (r#""""#, Kind::Nothing),
    ("[]", Kind::Nothing),
    ("{}", Kind::Nothing),
];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Integer,
    Odd,
    Object,
    Nothing,
}

/// The fields that count as ignored with such a value at `path`.
fn ignored(path: &str, shape: Shape, kind: Kind) -> Vec<&str> {
    let sum = path.rsplit_once(':').map(|(sum, _)| sum);
    match (shape, kind) {
        (Shape::Amount | Shape::Currency, Kind::Nothing) => sum.into_iter().collect(),
        (_, Kind::Nothing)
        | (Shape::Id | Shape::Amount, Kind::Integer)
        | (Shape::Object, Kind::Object) => Vec::new(),
        _ => vec![path],
    }
}

/// The successful callback with another value at this path, and without its signature.
fn with(path: &str, value: &str) -> String {
    let mut body: Value = serde_json::from_str(&fixture("kaspi/callback-success.json")).unwrap();
    body.as_object_mut().unwrap().remove("signature");
    *body
        .pointer_mut(&format!("/{}", path.replace(':', "/")))
        .unwrap() = json!("here it is");
    body.to_string().replace("\"here it is\"", value)
}

fn callback(body: &str) -> Callback {
    let callback = read(signed(body));
    callback
        .unwrap_or_else(|why| panic!("{why}: {body}"))
        .callback()
}

#[test]
fn odd_harmless_field_beside_a_success_is_credited_and_listed() {
    for (path, shape) in FIELDS {
        for (value, kind) in VALUES {
            let callback = callback(&with(path, value));
            let paid = Money::new(10_000, Currency::KZT);
            assert_eq!(callback.paid(), Some(paid), "{path}: {value}");
            assert_eq!(
                callback.ignored_fields(),
                ignored(path, shape, kind),
                "{path}: {value}"
            );
        }
    }
}

#[test]
fn good_callback_ignores_nothing() {
    let files = ["kaspi/callback-success.json", "kaspi/callback-decline.json"];
    for file in files {
        let callback = read(fixture(file)).unwrap().callback();
        assert!(callback.ignored_fields().is_empty(), "{file}");
    }
}

#[test]
fn id_of_another_system_that_comes_as_a_number_is_kept_as_text() {
    let kept = |path: &str| {
        let body = with(path, "9007199254740993");
        let operation = callback(&body).operation;
        let callback = callback(&body);
        let private = |text: Option<jetpay_core::redacted::Redacted>| {
            text.map(|text| text.as_str().to_owned())
        };
        match path {
            "account:number" => private(callback.account_number),
            "customer:id" => private(callback.customer_id),
            "operation:request_id" => operation.request_id,
            "operation:provider:id" => operation.provider.id,
            "operation:provider:payment_id" => operation.provider.payment_id,
            "operation:provider:auth_code" => private(operation.provider.auth_code),
            "operation:code" => operation.code.map(|code| code.as_str().to_owned()),
            _ => unreachable!(),
        }
    };
    for (path, shape) in FIELDS {
        if shape == Shape::Id {
            assert_eq!(kept(path).as_deref(), Some("9007199254740993"), "{path}");
        }
    }
}

/// The fixture, changed, signed and read as a callback.
fn changed(file: &str, change: impl Fn(&mut Value)) -> Result<Callback, jetpay_core::Rejection> {
    let mut body: Value = serde_json::from_str(&fixture(file)).unwrap();
    change(&mut body);
    let body = signed(&body.to_string());
    let keyring = keyring();
    let received = Received::parse(body.as_bytes()).unwrap();
    received.authenticate(&keyring).unwrap().callback()
}

/// Takes out this field, or puts a value in its place.
fn put(body: &mut Value, path: &str, value: Option<Value>) {
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(parent.insert(name.to_owned(), value)),
        None => drop(parent.remove(name)),
    }
}

/// What counts as absent in every callback, and shapes that are odd for any field of an operation.
fn odd_values() -> Vec<Option<Value>> {
    let odd = [
        json!(null),
        json!(""),
        json!({}),
        json!([]),
        json!(true),
        json!(1.5),
        json!({"x": 1}),
    ];
    odd.map(Some).into_iter().chain([None]).collect()
}

const OPERATION: [&str; 6] = [
    "/operation/id",
    "/operation/type",
    "/operation/status",
    "/operation/sum_initial",
    "/operation/sum_initial/amount",
    "/operation/sum_initial/currency",
];

/// Else the next field could be merged into the word, which would then count as absent.
#[test]
fn word_with_a_separator_is_refused_in_every_callback() {
    for status in ["success", "decline", "processing", "refunded"] {
        for path in [
            "/operation/id",
            "/operation/type",
            "/operation/status",
            "/operation/sum_initial/currency",
            "/payment/type",
        ] {
            let callback = changed("kaspi/callback-decline.json", |body| {
                put(body, "/payment/status", Some(json!(status)));
                put(body, path, Some(json!("refund;x:1")));
            });
            assert!(callback.is_err(), "{status}, {path}");
        }
    }
}

#[test]
fn decline_or_intermediate_callback_with_an_odd_operation_is_read_without_it() {
    for status in [
        "decline",
        "error",
        "processing",
        "awaiting moon",
        "partially paid",
    ] {
        for path in OPERATION.into_iter().chain(["/operation"]) {
            for value in odd_values() {
                let callback = changed("kaspi/callback-decline.json", |body| {
                    put(body, "/payment/status", Some(json!(status)));
                    put(body, path, value.clone());
                });
                let callback = callback.unwrap_or_else(|why| panic!("{why}: {path} {value:?}"));
                assert_eq!(callback.payment.status.as_str(), status);
                let operation = &callback.operation;
                let absent = match path {
                    "/operation/id" => operation.id.is_none(),
                    "/operation/type" => operation.kind.is_none(),
                    "/operation/status" => operation.status.is_none(),
                    "/operation" => operation.id.is_none() && operation.status.is_none(),
                    _ => operation.sum_initial.is_none(),
                };
                assert!(absent, "{path}: {value:?}");
            }
        }
    }
}

#[test]
fn success_with_an_odd_operation_is_refused() {
    for status in [
        "success",
        "refunded",
        "partially refunded",
        "reversed",
        "partially reversed",
    ] {
        for path in OPERATION {
            for value in odd_values() {
                let callback = changed("kaspi/callback-success.json", |body| {
                    put(body, "/payment/status", Some(json!(status)));
                    put(body, path, value.clone());
                });
                assert!(callback.is_err(), "{status} {path}: {value:?}");
            }
        }
        for value in [
            json!(true),
            json!(1),
            json!("x"),
            json!([1]),
            json!({"x": 1}),
        ] {
            let callback = changed("kaspi/callback-success.json", |body| {
                put(body, "/payment/status", Some(json!(status)));
                put(body, "/operation", Some(value.clone()));
            });
            assert!(callback.is_err(), "{status}: {value}");
        }
    }
}

#[test]
fn success_without_an_operation_is_read_and_pays_nothing() {
    for value in [
        None,
        Some(json!(null)),
        Some(json!("")),
        Some(json!({})),
        Some(json!([])),
    ] {
        let callback = changed("kaspi/callback-success.json", |body| {
            put(body, "/operation", value.clone());
        });
        let callback = callback.unwrap();
        assert_eq!((callback.paid(), callback.paid_out()), (None, None));
        assert!(callback.ignored_fields().is_empty());
        let operation = callback.operation;
        assert!(operation.id.is_none() && operation.kind.is_none());
        assert!(operation.status.is_none() && operation.sum_initial.is_none());
    }
}

#[test]
fn compensation_that_succeeded_with_an_odd_operation_is_refused_whatever_the_payments_status() {
    for kind in ["refund", "reversal", "refund reverse", "manual change"] {
        for status in ["decline", "processing", "awaiting moon"] {
            for path in ["/operation/id", "/operation/sum_initial/amount"] {
                let callback = changed("kaspi/callback-success.json", |body| {
                    put(body, "/payment/status", Some(json!(status)));
                    put(body, "/operation/type", Some(json!(kind)));
                    put(body, path, Some(json!(true)));
                });
                assert!(callback.is_err(), "{kind} {status} {path}");
            }
        }
    }
}

#[test]
fn field_that_every_callback_needs_is_refused_if_it_is_odd() {
    for file in ["kaspi/callback-success.json", "kaspi/callback-decline.json"] {
        for path in ["/payment/id", "/payment/status"] {
            for value in odd_values() {
                let callback = changed(file, |body| put(body, path, value.clone()));
                assert!(callback.is_err(), "{file} {path}: {value:?}");
            }
        }
    }
}

#[test]
fn answer_to_a_status_request_is_no_callback() {
    for value in [json!([{"id": 1}]), json!({"id": 1}), json!("x"), json!(1)] {
        let callback = changed("kaspi/callback-decline.json", |body| {
            put(body, "/operations", Some(value.clone()));
        });
        assert!(callback.is_err(), "{value}");
    }
}
