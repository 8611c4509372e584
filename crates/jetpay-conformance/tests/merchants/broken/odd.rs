//! Faults with unusual but valid messages.

use serde_json::Value;

use super::{Broken, change_text, has_text, merchant};
use crate::merchant::Incoming;

pub(super) static ALL: &[Broken] = &[
    merchant("crashes-on-unicode")
        .crashes(|it| it.is_callback() && has_letter_above(it, 0x7f))
        .fails(&["callback-unicode"]),
    // Characters of four bytes, as a store with three does.
    merchant("hangs-up-on-emoji")
        .hangs_up(|it| has_letter_above(it, 0xffff))
        .fails(&["callback-unicode"]),
    merchant("crashes-on-nul")
        .crashes(|it| it.is_callback() && it.text().contains("\\u0000"))
        .fails(&["callback-nul", "callback-odd-status", "callback-odd-type"]),
    // Texts that are longer than its columns.
    merchant("crashes-on-long-texts")
        .crashes(|it| it.is_callback() && it.body.len() > 5_000)
        .fails(&["callback-nul", "callback-odd-status", "callback-odd-type"]),
    // Where it wants an object.
    merchant("crashes-on-null")
        .crashes(|it| {
            let objects = ["/account", "/customer", "/errors", "/operation/provider"];
            objects.iter().any(|place| it.is_null(place))
        })
        .fails(&["callback-null-objects"]),
    merchant("refuses-null-texts")
        .says(400, |it| it.is_null("/payment/description"))
        .fails(&["attack-harmless", "signed-null"]),
    merchant("crashes-on-unknown-words")
        .crashes(|it| {
            let words = WORDS.map(|place| it.at(place));
            let mut words = words.iter().filter_map(Value::as_str);
            words.any(|word| !KNOWN.contains(&word.to_lowercase().as_str()))
        })
        .fails(&[
            "callback-unknown-status",
            "callback-unknown-type",
            "callback-unknown-success-acknowledged",
            "callback-odd-status",
        ]),
    // The words of other platforms.
    merchant("approved-is-success")
        .reads(|it| {
            change_words(it, |word| match word {
                "approved" | "completed" => "success",
                other => other,
            });
        })
        .fails(&["callback-unknown-success"]),
    // Credits without a person.
    merchant("trims-words")
        .reads(|it| change_words(it, str::trim))
        .fails(&["callback-unknown-success-acknowledged"]),
    merchant("knows-small-letters-alone")
        .says(422, |it| {
            has_text(it, "/payment/status", |it| {
                it.starts_with(char::is_uppercase)
            })
        })
        .fails(&["callback-upper-case"]),
    merchant("refuses-unknown-fields")
        .says(400, |it| {
            it.has("/provider_extra_fields") || it.has("/operation/eci")
        })
        .fails(&["callback-unknown-fields"]),
    // Fields that nothing depends on.
    merchant("wants-every-field")
        .says(400, |it| {
            it.is_callback() && !it.has("/operation/request_id")
        })
        .fails(&["callback-few-fields"]),
    merchant("wants-the-type-of-every-field")
        .says(400, |it| {
            let method = it.at("/payment/method");
            !method.is_string() && !method.is_null()
        })
        .fails(&["callback-odd-harmless-fields"]),
    // payment.sum is what is left.
    merchant("adds-up-what-is-left")
        .crashes(|it| it.is_callback() && !it.at("/payment/sum/amount").is_i64())
        .fails(&["callback-odd-harmless-fields", "callback-few-fields"]),
    merchant("receipts-as-text-alone")
        .says(422, |it| {
            let receipt = "/operation/provider/payment_id";
            it.has(receipt) && !it.at(receipt).is_string()
        })
        .fails(&["callback-odd-harmless-fields"]),
    // Wants a list of objects.
    merchant("counts-errors")
        .crashes(|it| match it.at("/errors") {
            Value::Null => false,
            Value::Array(errors) => !errors.iter().all(Value::is_object),
            _ => true,
        })
        .fails(&["callback-odd-harmless-fields"]),
    // An operation may be null or an empty list, as PHP writes an empty object.
    merchant("wants-an-operation-or-none")
        .crashes(|it| it.has("/operation") && !it.at("/operation").is_object())
        .fails(&["callback-decline-without-operation"]),
    merchant("wants-an-operation")
        .says(400, |it| it.is_callback() && !it.has("/operation/id"))
        .fails(&["callback-decline-without-operation"]),
    merchant("ids-of-32-bits")
        .crashes(|it| it.at("/operation/id").as_u64() > Some(u64::from(u32::MAX)))
        .fails(&["callback-success", "callback-decline"]),
    merchant("ids-as-numbers-alone")
        .says(400, |it| {
            has_text(it, "/operation/id", |it| it.parse::<u64>().is_ok())
        })
        .fails(&["callback-id-as-text"]),
    merchant("crashes-on-dates")
        .crashes(|it| {
            let date = "/operation/created_date";
            it.has(date) && !it.at(date).is_string()
        })
        .fails(&["callback-bad-dates"]),
    merchant("refuses-semicolons")
        .says(400, |it| it.is_callback() && it.text().contains(';'))
        .fails(&["callback-semicolon"]),
    merchant("routes-by-payment-method")
        .says(400, |it| {
            has_text(it, "/payment/method", |it| it != "kaspi")
        })
        .fails(&["callback-words"]),
    merchant("wants-its-content-type")
        .says(415, |it| {
            let json = it.content_type.as_deref() == Some("application/json");
            it.http_method == "POST" && !json
        })
        .fails(&["http-content-type"]),
    merchant("routes-by-query")
        .says(404, |it| it.query.is_some())
        .fails(&["http-query"]),
    // And other methods, like POST.
    merchant("answers-get")
        .comes(|it| it.http_method = "POST".into())
        .fails(&["http-post-only", "http-get"]),
];

/// Where a callback has words of open sets.
const WORDS: [&str; 3] = ["/payment/status", "/operation/status", "/operation/type"];

/// The words that the documents have.
const KNOWN: [&str; 13] = [
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

fn change_words(callback: &mut Value, change: fn(&str) -> &str) {
    for place in WORDS {
        change_text(callback, place, |it| change(it).to_owned());
    }
}

/// Also when it is written as an escape.
fn has_letter_above(incoming: &Incoming, highest: u32) -> bool {
    let text = incoming.json().to_string();
    text.chars().any(|letter| u32::from(letter) > highest)
}
