//! Answers that are nearly right, wrong refusals, and faults with unusual requests.

use serde_json::json;

use super::{
    Broken, acknowledged, change_text, deposited, has_text, merchant, refused, replace, slip,
    verified,
};
use crate::merchant::{Answer, Fault, LedgerFault, SECRETS};

pub(super) static ALL: &[Broken] = &[
    merchant("says-it-is-html")
        .changes(|it| it.content_type = Some("text/html; charset=utf-8"))
        .fails(&["shape-content-type"]),
    merchant("error-text-in-a-good-answer")
        .edits(|it| it["error_description"] = json!("OK"))
        .on(|_, answer| answer.is_good())
        .fails(&["shape-no-error-text"]),
    // Data of the customer that the document does not have.
    merchant("tells-more")
        .edits(|it| it["customer"] = json!({"phone": "+7"}))
        .on(verified)
        .fails(&["shape-no-extra-fields"]),
    merchant("odd-payment-ids")
        .edits(|it| {
            let id = format!("{};1", it["payment_id"]);
            replace(it, "payment_id", id);
        })
        .fails(&["shape-payment-id-plain", "callback-success"])
        .everywhere(),
    merchant("currency-in-small-letters")
        .rewrites(|it| it.replace("\"KZT\"", "\"kzt\""))
        .fails(&["shape-currency", "verify-good"]),
    // Shows a debt as a negative amount.
    merchant("amounts-below-zero")
        .rewrites(|it| it.replace("\"payment\":", "\"payment\":-"))
        .fails(&["shape-amounts"]),
    merchant("refusal-with-an-id")
        .edits(|it| it["payment_id"] = json!("0"))
        .on(|it, answer| it.is_check_deposit() && answer.is_refusal())
        .fails(&["shape-refusal-only"]),
    merchant("acts-first")
        .with(Fault::ActsFirst)
        .fails(&["callback-refused-no-effect", "callback-bad-signature"]),
    slip(LedgerFault::SharesItsRequest).fails(&["verify-at-once"]),
    slip(LedgerFault::CountsThenOpens).fails(&["deposit-at-once"]),
    slip(LedgerFault::EarlyCallbackNamesTheNext).fails(&["deposit-after-early-callback"]),
    // Beyond 64 bits, in any field.
    merchant("crashes-on-big-numbers")
        .crashes(|it| it.at("/a").is_f64() || it.at("/a").as_u64() > Some(1 << 63))
        .fails(&["number-unknown-field"]),
    // The amount overflows when it is added.
    merchant("crashes-on-big-amounts")
        .crashes(|it| it.at("/amount") == i64::MAX)
        .fails(&["number-largest-amount"]),
    merchant("crashes-on-customers-in-other-scripts")
        .hangs_up(|it| has_text(it, "/customer_id", |it| !it.is_ascii()))
        .fails(&["customer-scripts"]),
    // To the length of its column, and finds another customer.
    merchant("cuts-customers")
        .reads(|it| change_text(it, "/customer_id", |it| it.chars().take(10).collect()))
        .fails(&["customer-long"]),
    // Runs out of stack in undocumented fields.
    merchant("crashes-on-nesting")
        .hangs_up(|it| {
            let text = it.text();
            text.contains(&"[".repeat(90)) || text.contains(&"{\"b\":".repeat(90))
        })
        .fails(&["request-nested"]),
    merchant("refuses-more-fields")
        .refuses(500, |it| it.has("/tags"))
        .fails(&["request-unknown-fields"]),
    acknowledges("acknowledges-with-201", |it| it.status = 201),
    // To process them later.
    acknowledges("acknowledges-with-202", |it| it.status = 202),
    // Because the body is empty.
    acknowledges("acknowledges-with-204", |it| it.status = 204),
    // Answers a repeat with HTTP 409.
    merchant("acknowledges-once")
        .says(409, |it| {
            it.at("/operation/date") == "2030-01-01T00:00:01+0000"
        })
        .fails(&["callback-repeated-later"]),
    // Answers check_deposit with HTTP 201, because something was created.
    merchant("created")
        .changes(|it| it.status = 201)
        .on(deposited)
        .fails(&["deposit-good"])
        .everywhere(),
    merchant("yes-to-everybody")
        .edits(|it| {
            *it = json!({"code": 0, "currency": "KZT", "additional_customer_id": "1", "entities": []});
        })
        .on(|it, answer| it.is_verify() && answer.json()["code"] == 404)
        .fails(&["verify-unknown"]),
    merchant("deposits-of-everybody")
        .edits(|it| *it = json!({"code": 0, "payment_id": "1"}))
        .on(|it, answer| it.is_check_deposit() && answer.json()["code"] == 404)
        .fails(&["deposit-unknown"]),
    merchant("500-for-404")
        .edits(|it| it["code"] = json!(500))
        .on(|_, answer| answer.json()["code"] == 404)
        .fails(&["verify-unknown", "deposit-unknown"]),
    // Of a bad signature.
    merchant("404-for-400")
        .edits(|it| it["code"] = json!(404))
        .on(|_, answer| answer.json()["code"] == 400)
        .fails(&["signature-missing", "signature-malformed"]),
    merchant("shows-its-trace")
        .changes(|it| *it = Answer::new(500, TRACE))
        .on(refused)
        .fails(&[
            "verify-unknown",
            "signature-missing",
            "field-amount",
            "shape-nothing-inside",
        ]),
    merchant("tells-the-secret")
        .edits(|it| it["message"] = json!(format!("expected HMAC of {}", SECRETS[0])))
        .on(refused)
        .fails(SECRET_TOLD),
    // Writes `/` as `\/`.
    merchant("tells-the-secret-as-php-does")
        .changes(|it| {
            it.edit(|it| it["message"] = json!(format!("HMAC of {}", SECRETS[0])));
            it.rewrite(|it| it.replace('/', "\\/"));
        })
        .on(refused)
        .fails(SECRET_TOLD),
];

/// What finds a secret in refusals.
const SECRET_TOLD: &[&str] = &[
    "shape-no-secret",
    "signature-missing",
    "verify-unknown",
    "connection-kept",
];

/// Acknowledges callbacks with another answer than HTTP 200 without a body.
const fn acknowledges(name: &'static str, change: fn(&mut Answer)) -> Broken {
    merchant(name)
        .changes(change)
        .on(acknowledged)
        .fails(&["callback-success", "callback-decline"])
}

/// What a framework shows of an exception.
const TRACE: &str =
    "thread 'main' panicked at src/merchant.rs:7\nstack backtrace:\n SELECT * FROM payments";
