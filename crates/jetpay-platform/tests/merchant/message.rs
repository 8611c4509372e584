//! HTTP requests and answers as the merchant sees them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jetpay_core::signature::{Key, sign};
use serde_json::{Value, json};

use super::{Change, Instead, SECRETS};

/// The payment ids that merchants gave to everything.
static PAYMENTS: AtomicUsize = AtomicUsize::new(0);

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    pub(crate) http_method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// The content type, if it is not JSON.
    pub(crate) content_type: Option<&'static str>,
    /// The pause before the answer.
    pub(crate) wait: Duration,
    /// Whether the merchant closes the connection instead.
    pub(crate) hangs_up: bool,
}

impl Incoming {
    /// A POST with this body.
    pub(crate) fn posted(body: &str) -> Self {
        Self {
            http_method: "POST".into(),
            path: "/".into(),
            query: None,
            content_type: None,
            body: body.into(),
        }
    }

    /// The body as JSON; `null` when it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The value at a JSON pointer; `null` if there is none.
    pub(crate) fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_default()
    }

    pub(crate) fn has(&self, pointer: &str) -> bool {
        self.json().pointer(pointer).is_some()
    }

    /// Whether `null` is written there.
    pub(crate) fn is_null(&self, pointer: &str) -> bool {
        self.json().pointer(pointer) == Some(&Value::Null)
    }

    /// Changes a field, and not the signature.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        let mut json = self.json();
        json[name] = value.into();
        self.body = json.to_string().into_bytes();
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn is_callback(&self) -> bool {
        let json = self.json();
        json.get("operation").is_some() || json.pointer("/payment/status").is_some()
    }

    pub(crate) fn is_verify(&self) -> bool {
        self.json()["type"] == "verify"
    }

    pub(crate) fn is_check_deposit(&self) -> bool {
        self.json()["type"] == "check_deposit"
    }

    /// Whether the merchant's first secret signed it.
    pub(crate) fn is_signed(&self) -> bool {
        self.is_signed_with(SECRETS[0])
    }

    /// Whether this secret signed it, however its letters are escaped.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let signature = |body: &[u8]| {
            let json: Value = serde_json::from_slice(body).unwrap_or_default();
            json["signature"].clone()
        };
        sign(&self.body, &Key::new(secret).unwrap())
            .is_ok_and(|signed| signature(&signed) == signature(&self.body))
    }

    /// Signs it again, so that the right merchant accepts it.
    pub(crate) fn sign(&mut self) {
        if let Ok(signed) = sign(&self.body, &key()) {
            self.body = signed;
        }
    }

    /// Changes the body, and signs it again if it was signed.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut Value)) {
        let was_signed = self.is_signed();
        let mut json = self.json();
        if json.is_object() {
            edit(&mut json);
            self.body = json.to_string().into_bytes();
            if was_signed {
                self.sign();
            }
        }
    }
}

fn key() -> Key {
    Key::new(SECRETS[0]).unwrap()
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            body: body.into(),
            ..Self::default()
        }
    }

    /// The answer instead of the right one.
    pub(crate) fn instead(incoming: &Incoming, instead: Instead) -> Self {
        match instead {
            Instead::Crash => Self::new(500, "Internal Server Error"),
            Instead::HangUp => Self {
                hangs_up: true,
                ..Self::default()
            },
            Instead::Status(status) => Self::new(status, ""),
            Instead::Refusal(code) if incoming.is_callback() => Self::new(code, ""),
            Instead::Refusal(code) => {
                Self::new(200, json!({"code": code, "message": "no"}).to_string())
            }
            Instead::Yes(status) if incoming.text().contains("\"payment\"") => {
                Self::new(status, "")
            }
            Instead::Yes(_) => {
                let number = PAYMENTS.fetch_add(1, Ordering::Relaxed);
                let answer = json!({
                    "code": 0,
                    "currency": "KZT",
                    "additional_customer_id": "ABCDE12345",
                    "payment_id": format!("payment-{number}"),
                    "entities": [{"id": "12345", "number": "1234_ABC", "payment": 100_000}],
                });
                Self::new(200, answer.to_string())
            }
        }
    }

    /// Carries out a change.
    pub(super) fn change(&mut self, change: Change) {
        match change {
            Change::Fields(edit) => self.edit(edit),
            Change::Text(rewrite) => self.rewrite(rewrite),
            Change::Answer(change) => change(self),
        }
    }

    /// The body as JSON; `null` when it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn is_good(&self) -> bool {
        self.json()["code"] == 0
    }

    /// Whether it has a code that no good answer has.
    pub(crate) fn is_refusal(&self) -> bool {
        !matches!(self.json()["code"].as_i64(), None | Some(0 | 204))
    }

    /// Changes the body if it is an object.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut Value)) {
        let mut json = self.json();
        if json.is_object() {
            edit(&mut json);
            self.body = json.to_string().into_bytes();
        }
    }

    /// Changes the text of the body if there is one.
    pub(crate) fn rewrite(&mut self, rewrite: impl FnOnce(&str) -> String) {
        if !self.body.is_empty() {
            self.body = rewrite(&String::from_utf8_lossy(&self.body)).into_bytes();
        }
    }
}

/// The fields of a callback with a status.
const STATUSES: [&str; 2] = ["/payment/status", "/operation/status"];
/// The platform's code for a success, as a text or a number.
const NO_ERROR: &str = "0";

impl Incoming {
    /// Whether a careless program may read a success in it, signed or not, complete or not, in a status, a message or a
    /// code.
    pub(crate) fn may_be_read_as_success(&self) -> bool {
        says_success(&self.text())
            || self.values().iter().any(|value| {
                let mut statuses = STATUSES.iter().filter_map(|place| value.pointer(place));
                let code = value.pointer("/operation/code");
                // The word may be written with escapes.
                says_success(&value.to_string())
                    || statuses.any(equals_success)
                    || code.is_some_and(|code| code.to_string().trim_matches('"') == NO_ERROR)
            })
    }

    /// The objects in it: after a byte order mark, before other bytes, and in a list.
    fn values(&self) -> Vec<Value> {
        let body = self.body.strip_prefix(b"\xEF\xBB\xBF");
        let body = body.unwrap_or(&self.body);
        let mut values = serde_json::Deserializer::from_slice(body).into_iter();
        match values.next() {
            Some(Ok(Value::Array(values))) => values,
            Some(Ok(value)) => vec![value],
            _ => Vec::new(),
        }
    }
}

fn says_success(text: &str) -> bool {
    text.to_lowercase().contains("success")
}

/// Whether some language considers a value equal to the word: `true == 'success'` in PHP, `0 = 'success'` in `MySQL`,
/// `0 == 'success'` in old PHP, where `strcmp([], 'success') == 0` also holds and JSON objects are arrays. 1 is a
/// success where statuses are numbers.
fn equals_success(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => matches!(number.as_f64(), Some(0.0 | 1.0)),
        Value::String(word) => matches!(word.trim(), "0" | "1"),
        Value::Array(_) | Value::Object(_) => true,
    }
}
