//! Faults with unusual but valid messages.

use serde_json::Value;

use super::Broken;
use crate::merchant::{Answer, Fault, Incoming};

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "crashes-on-unicode",
        "Crashes on letters of other scripts in a callback.",
        Fault::Stops(|it| {
            let odd = it.is_callback() && it.json().to_string().chars().any(|it| it as u32 > 0x7f);
            odd.then(Answer::crash)
        }),
        &["callback-unicode"],
    ),
    Broken::new(
        "hangs-up-on-emoji",
        "Closes the connection on characters of four bytes, as a store with three does.",
        Fault::Stops(|it| {
            let odd = it.json().to_string().chars().any(|it| it as u32 > 0xffff);
            odd.then(Answer::hang_up)
        }),
        &["callback-unicode"],
    ),
    Broken::new(
        "crashes-on-nul",
        "Crashes on the character NUL.",
        Fault::Stops(|it| (it.is_callback() && it.text().contains("\\u0000")).then(Answer::crash)),
        &["callback-nul", "callback-odd-status", "callback-odd-type"],
    )
    .advised_against(),
    Broken::new(
        "crashes-on-long-texts",
        "Crashes on texts that are longer than its columns.",
        Fault::Stops(|it| (it.is_callback() && it.body.len() > 5_000).then(Answer::crash)),
        &["callback-nul", "callback-odd-status", "callback-odd-type"],
    )
    .advised_against(),
    Broken::new(
        "crashes-on-null",
        "Crashes on null where it wants an object.",
        Fault::Stops(|it| {
            let json = it.json();
            let null = ["/account", "/customer", "/errors", "/operation/provider"]
                .iter()
                .any(|place| json.pointer(place) == Some(&Value::Null));
            null.then(Answer::crash)
        }),
        &["callback-null-objects"],
    ),
    Broken::new(
        "refuses-null-texts",
        "Refuses null where it wants a text.",
        Fault::Stops(|it| {
            (it.json().pointer("/payment/description") == Some(&Value::Null))
                .then(|| Answer::new(400, ""))
        }),
        &["attack-harmless"],
    ),
    Broken::new(
        "crashes-on-unknown-words",
        "Crashes on an unknown status or type.",
        Fault::Stops(|it| {
            let known = [
                "success",
                "decline",
                "error",
                "processing",
                "sale",
                "refund",
                "refund reverse",
                "reversal",
                "payout",
                "partially paid",
                "partially refunded",
                "refunded",
                "reversed",
            ];
            let json = it.json();
            let odd = ["/payment/status", "/operation/status", "/operation/type"]
                .iter()
                .filter_map(|place| json.pointer(place)?.as_str())
                .any(|word| !known.contains(&word.to_lowercase().as_str()));
            odd.then(Answer::crash)
        }),
        &[
            "callback-unknown-status",
            "callback-unknown-type",
            "callback-unknown-success-acknowledged",
            "callback-odd-status",
        ],
    )
    .advised_against(),
    Broken::new(
        "approved-is-success",
        "Reads the words of other platforms, approved and completed, as a success.",
        Fault::Comes(|it| {
            words(it, |word| match word {
                "approved" | "completed" => "success",
                other => other,
            });
        }),
        &["callback-unknown-success"],
    ),
    Broken::new(
        "trims-words",
        "Removes the white space around a word, and credits without a person.",
        Fault::Comes(|it| words(it, str::trim)),
        &["callback-unknown-success-acknowledged"],
    )
    .advised_against(),
    Broken::new(
        "knows-small-letters-alone",
        "Knows the words of a callback in small letters only, and refuses others.",
        Fault::Stops(|it| {
            let json = it.json();
            let status = json.pointer("/payment/status").and_then(Value::as_str);
            let capital = status.is_some_and(|it| it.starts_with(char::is_uppercase));
            capital.then(|| Answer::new(422, ""))
        }),
        &["callback-upper-case"],
    )
    .advised_against(),
    Broken::new(
        "refuses-unknown-fields",
        "Refuses callbacks with unknown fields.",
        Fault::Stops(|it| {
            let json = it.json();
            let unknown = json.get("provider_extra_fields").is_some()
                || json.pointer("/operation/eci").is_some();
            unknown.then(|| Answer::new(400, ""))
        }),
        &["callback-unknown-fields"],
    ),
    Broken::new(
        "wants-every-field",
        "Refuses callbacks without fields that nothing depends on.",
        Fault::Stops(|it| {
            let short = it.is_callback() && it.json().pointer("/operation/request_id").is_none();
            short.then(|| Answer::new(400, ""))
        }),
        &["callback-few-fields"],
    )
    .advised_against(),
    Broken::new(
        "wants-the-type-of-every-field",
        "Refuses a payment.method that is no text.",
        Fault::Stops(|it| {
            let json = it.json();
            let odd = json
                .pointer("/payment/method")
                .is_some_and(|method| !method.is_string() && !method.is_null());
            odd.then(|| Answer::new(400, ""))
        }),
        &["callback-odd-harmless-fields"],
    ),
    Broken::new(
        "adds-up-what-is-left",
        "Crashes on a payment.sum that is no amount.",
        Fault::Stops(|it| {
            let json = it.json();
            let left = json.pointer("/payment/sum/amount");
            (it.is_callback() && !left.is_some_and(Value::is_i64)).then(Answer::crash)
        }),
        &["callback-odd-harmless-fields", "callback-few-fields"],
    ),
    Broken::new(
        "receipts-as-text-alone",
        "Refuses an id of the provider that is no text.",
        Fault::Stops(|it| {
            let json = it.json();
            let receipt = json.pointer("/operation/provider/payment_id");
            receipt
                .is_some_and(|it| !it.is_string())
                .then(|| Answer::new(422, ""))
        }),
        &["callback-odd-harmless-fields"],
    ),
    Broken::new(
        "counts-errors",
        "Crashes on errors that are no list of objects.",
        Fault::Stops(|it| {
            let json = it.json();
            let errors = json.get("errors").filter(|it| !it.is_null());
            let list = errors.and_then(Value::as_array);
            let good = list.is_some_and(|it| it.iter().all(Value::is_object));
            (errors.is_some() && !good).then(Answer::crash)
        }),
        &["callback-odd-harmless-fields"],
    ),
    Broken::new(
        "wants-an-operation-or-none",
        "Crashes on an operation that is null or an empty list, as PHP writes an empty object.",
        Fault::Stops(|it| {
            let json = it.json();
            let operation = json.get("operation");
            operation
                .is_some_and(|it| !it.is_object())
                .then(Answer::crash)
        }),
        &["callback-decline-without-operation"],
    )
    .advised_against(),
    Broken::new(
        "wants-an-operation",
        "Refuses callbacks without operation.id.",
        Fault::Stops(|it| {
            let lacks = it.is_callback() && it.json().pointer("/operation/id").is_none();
            lacks.then(|| Answer::new(400, ""))
        }),
        &["callback-decline-without-operation"],
    )
    .advised_against(),
    Broken::new(
        "ids-of-32-bits",
        "Crashes on an operation.id beyond 32 bits.",
        Fault::Stops(|it| {
            let id = it.json().pointer("/operation/id").and_then(Value::as_u64);
            id.is_some_and(|id| id > u64::from(u32::MAX))
                .then(Answer::crash)
        }),
        &["callback-success", "callback-decline"],
    ),
    Broken::new(
        "ids-as-numbers-alone",
        "Refuses an operation.id that is a text.",
        Fault::Stops(|it| {
            let id = it
                .json()
                .pointer("/operation/id")
                .is_some_and(Value::is_string);
            let digits = it
                .json()
                .pointer("/operation/id")
                .and_then(Value::as_str)
                .is_some_and(|id| id.parse::<u64>().is_ok());
            (id && digits).then(|| Answer::new(400, ""))
        }),
        &["callback-id-as-text"],
    )
    .advised_against(),
    Broken::new(
        "crashes-on-dates",
        "Crashes on a date that is no text.",
        Fault::Stops(|it| {
            let date = it.json().pointer("/operation/created_date").cloned();
            (date.is_some_and(|date| !date.is_string())).then(Answer::crash)
        }),
        &["callback-bad-dates"],
    )
    .advised_against(),
    Broken::new(
        "refuses-semicolons",
        "Refuses every text with a `;`.",
        Fault::Stops(|it| {
            let odd = it.is_callback() && it.text().contains(';');
            odd.then(|| Answer::new(400, ""))
        }),
        &["callback-semicolon"],
    ),
    Broken::new(
        "routes-by-payment-method",
        "Refuses callbacks with an unexpected payment.method.",
        Fault::Stops(|it| {
            let json = it.json();
            let method = json.pointer("/payment/method").and_then(Value::as_str);
            method
                .is_some_and(|method| method != "kaspi")
                .then(|| Answer::new(400, ""))
        }),
        &["callback-words"],
    ),
    Broken::new(
        "wants-its-content-type",
        "Refuses any content type but application/json.",
        Fault::Stops(|it| {
            let json = it.content_type.as_deref() == Some("application/json");
            (it.http_method == "POST" && !json).then(|| Answer::new(415, ""))
        }),
        &["http-content-type"],
    )
    .advised_against(),
    Broken::new(
        "routes-by-query",
        "Does not accept a query in its URL.",
        Fault::Stops(|it| it.query.is_some().then(|| Answer::new(404, ""))),
        &["http-query"],
    )
    .advised_against(),
    Broken::new(
        "answers-get",
        "Answers GET and others like POST.",
        Fault::Comes(|it: &mut Incoming| it.http_method = "POST".into()),
        &["http-post-only", "http-get"],
    )
    .advised_against(),
];

/// Changes the words of a callback.
fn words(incoming: &mut Incoming, change: fn(&str) -> &str) {
    incoming.edit(|it| {
        for place in ["/payment/status", "/operation/status", "/operation/type"] {
            if let Some(word) = it.pointer_mut(place)
                && let Some(text) = word.as_str()
            {
                *word = change(text).into();
            }
        }
    });
}
