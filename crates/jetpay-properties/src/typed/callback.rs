//! A callback, field by field, as a table: where a field was read to, where it stands, and what may become of it.

use jetpay_core::Callback;
use serde_json::{Value, json};

use super::is_id;

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
pub(super) fn agrees(callback: &Callback, value: &Value) {
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
