//! Refusals, HTTP statuses and crashes.

use serde_json::json;

use super::Broken;
use crate::merchant::{Answer, Fault, SECRETS};

/// What a framework shows of an exception.
const TRACE: &str =
    "thread 'main' panicked at src/shop.rs:7\nstack backtrace:\n SELECT * FROM payments";

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "acknowledges-with-201",
        "Answers callbacks with HTTP 201.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_callback() && answer.status == 200 {
                answer.status = 201;
            }
        }),
        &["callback-success", "callback-decline"],
    ),
    Broken::new(
        "acknowledges-with-202",
        "Answers callbacks with HTTP 202, to look at them later.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_callback() && answer.status == 200 {
                answer.status = 202;
            }
        }),
        &["callback-success", "callback-decline"],
    ),
    Broken::new(
        "acknowledges-with-204",
        "Answers callbacks with HTTP 204, as there is nothing to say.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_callback() && answer.status == 200 {
                answer.status = 204;
            }
        }),
        &["callback-success", "callback-decline"],
    ),
    Broken::new(
        "acknowledges-once",
        "Answers a repeated callback with HTTP 409.",
        Fault::Stops(|incoming| {
            let date = incoming.json()["operation"]["date"].clone();
            (date == "2030-01-01T00:00:01+0000").then(|| Answer::new(409, ""))
        }),
        &["callback-repeated-later"],
    ),
    Broken::new(
        "created",
        "Answers check_deposit with HTTP 201, as something was created.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_check_deposit() && answer.is_good() {
                answer.status = 201;
            }
        }),
        &["deposit-good"],
    )
    .everywhere(),
    Broken::new(
        "yes-to-everybody",
        "Answers verify of anybody with code 0.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_verify() && answer.json()["code"] == 404 {
                *answer = Answer::new(
                    200,
                    "{\"code\":0,\"currency\":\"KZT\",\"additional_customer_id\":\"1\",\"entities\":[]}",
                );
            }
        }),
        &["verify-unknown"],
    ),
    Broken::new(
        "deposits-of-everybody",
        "Answers check_deposit of anybody with code 0.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_check_deposit() && answer.json()["code"] == 404 {
                *answer = Answer::new(200, "{\"code\":0,\"payment_id\":\"1\"}");
            }
        }),
        &["deposit-unknown"],
    ),
    Broken::new(
        "500-for-404",
        "Refuses an unknown customer with code 500.",
        Fault::Answers(|_, answer| {
            if answer.json()["code"] == 404 {
                answer.edit(|it| it["code"] = 500.into());
            }
        }),
        &["verify-unknown", "deposit-unknown"],
    ),
    Broken::new(
        "404-for-400",
        "Refuses a bad signature with code 404.",
        Fault::Answers(|_, answer| {
            if answer.json()["code"] == 400 {
                answer.edit(|it| it["code"] = 404.into());
            }
        }),
        &["signature-missing", "signature-malformed"],
    ),
    Broken::new(
        "shows-its-trace",
        "Answers what it refuses with HTTP 500 and a stack trace.",
        Fault::Answers(|_, answer| {
            if answer.is_refusal() {
                *answer = Answer::new(500, TRACE);
            }
        }),
        &[
            "verify-unknown",
            "signature-missing",
            "field-amount",
            "shape-nothing-inside",
        ],
    ),
    Broken::new(
        "tells-the-secret",
        "Says in the text of a refusal which signature it had expected, and with which secret.",
        Fault::Answers(|_, answer| {
            if answer.is_refusal() {
                answer.edit(|it| it["message"] = json!(format!("expected HMAC of {}", SECRETS[0])));
            }
        }),
        &["signature-missing", "verify-unknown", "connection-kept"],
    ),
    Broken::new(
        "tells-the-secret-as-php-does",
        "Says in the text of a refusal with which secret, and writes `/` as `\\/`.",
        Fault::Answers(|_, answer| {
            if answer.is_refusal() {
                answer.edit(|it| it["message"] = json!(format!("HMAC of {}", SECRETS[0])));
                answer.rewrite(|it| it.replace('/', "\\/"));
            }
        }),
        &["signature-missing", "verify-unknown", "connection-kept"],
    ),
];
