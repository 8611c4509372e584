//! Answers that are nearly right, wrong refusals, and faults with unusual requests.

use serde_json::json;

use super::{Broken, LedgerFault};
use crate::merchant::{Answer, Fault, SECRETS};

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "says-it-is-html",
        "Answers JSON with the content type text/html.",
        Fault::Answers(|_, answer| answer.content_type = Some("text/html; charset=utf-8")),
        &["shape-content-type"],
    )
    .advised_against(),
    Broken::new(
        "error-text-in-a-good-answer",
        "Says `OK` in error_description of a good answer.",
        Fault::Answers(|_, answer| {
            if answer.is_good() {
                answer.edit(|it| it["error_description"] = json!("OK"));
            }
        }),
        &["shape-no-error-text"],
    )
    .advised_against(),
    Broken::new(
        "tells-more",
        "Answers with more data of the customer than the document has.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_verify() && answer.is_good() {
                answer.edit(|it| it["customer"] = json!({"phone": "+7"}));
            }
        }),
        &["shape-no-extra-fields"],
    )
    .advised_against(),
    Broken::new(
        "odd-payment-ids",
        "Makes payment ids with `;` in them.",
        Fault::Answers(|_, answer| {
            if answer.json().get("payment_id").is_some() {
                answer.edit(|it| it["payment_id"] = json!(format!("{};1", it["payment_id"])));
            }
        }),
        &["shape-payment-id-plain"],
    )
    .everywhere(),
    Broken::new(
        "currency-in-small-letters",
        "Writes the currency in small letters.",
        Fault::Answers(|_, answer| answer.rewrite(|it| it.replace("\"KZT\"", "\"kzt\""))),
        &["shape-currency", "verify-good"],
    ),
    Broken::new(
        "amounts-below-zero",
        "Shows a debt as a negative amount.",
        Fault::Answers(|_, answer| {
            answer.rewrite(|it| it.replace("\"payment\":", "\"payment\":-"));
        }),
        &["shape-amounts"],
    ),
    Broken::new(
        "refusal-with-an-id",
        "Gives a refusal a payment_id.",
        Fault::Answers(|incoming, answer| {
            if answer.is_refusal() && incoming.is_check_deposit() {
                answer.edit(|it| it["payment_id"] = json!("0"));
            }
        }),
        &["shape-refusal-only"],
    ),
    Broken::new(
        "acts-first",
        "Credits before it verifies the signature and refuses.",
        Fault::ActsFirst,
        &["callback-refused-no-effect", "callback-bad-signature"],
    ),
    Broken::slips(
        "shares-its-request",
        "Stores the current request where the next request overwrites it.",
        LedgerFault::SharesItsRequest,
        &["verify-at-once"],
    ),
    Broken::slips(
        "counts-then-opens",
        "Takes the next number for a payment id and stores the payment a moment later.",
        LedgerFault::CountsThenOpens,
        &["deposit-at-once"],
    ),
    Broken::slips(
        "early-callback-names-the-next",
        "Gives the payment id of an unexpected callback to the next check_deposit.",
        LedgerFault::EarlyCallbackNamesTheNext,
        &["deposit-after-early-callback"],
    ),
    Broken::new(
        "crashes-on-big-numbers",
        "Crashes on numbers beyond 64 bits in any field.",
        Fault::Stops(|incoming| {
            let big =
                incoming.json()["a"].is_f64() || incoming.json()["a"].as_u64() > Some(1 << 63);
            big.then(Answer::crash)
        }),
        &["number-unknown-field"],
    )
    .advised_against(),
    Broken::new(
        "crashes-on-big-amounts",
        "Crashes on an amount that overflows when it is added.",
        Fault::Stops(|incoming| (incoming.json()["amount"] == i64::MAX).then(Answer::crash)),
        &["number-largest-amount"],
    )
    .advised_against(),
    Broken::new(
        "crashes-on-customers-in-other-scripts",
        "Crashes on a customer_id in another script.",
        Fault::Stops(|incoming| {
            let other = incoming.json()["customer_id"]
                .as_str()
                .is_some_and(|it| !it.is_ascii());
            other.then(Answer::hang_up)
        }),
        &["customer-scripts"],
    ),
    Broken::new(
        "cuts-customers",
        "Cuts a customer_id to the length of its column, and finds another customer.",
        Fault::Comes(|incoming| {
            incoming.edit(|it| {
                if let Some(id) = it["customer_id"].as_str() {
                    it["customer_id"] = json!(id.chars().take(10).collect::<String>());
                }
            });
        }),
        &["customer-long"],
    )
    .advised_against(),
    Broken::new(
        "crashes-on-nesting",
        "Runs out of stack in undocumented fields.",
        Fault::Stops(|incoming| {
            let text = incoming.text();
            let deep = text.contains(&"[".repeat(90)) || text.contains(&"{\"b\":".repeat(90));
            deep.then(Answer::hang_up)
        }),
        &["request-nested"],
    )
    .advised_against(),
    Broken::new(
        "refuses-more-fields",
        "Refuses requests with undocumented fields.",
        Fault::Stops(|incoming| {
            let more = incoming.json().get("tags").is_some();
            more.then(|| Answer::new(200, "{\"code\":500,\"message\":\"tags?\"}"))
        }),
        &["request-unknown-fields"],
    )
    .advised_against(),
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
        "Answers callbacks with HTTP 202, to process them later.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_callback() && answer.status == 200 {
                answer.status = 202;
            }
        }),
        &["callback-success", "callback-decline"],
    ),
    Broken::new(
        "acknowledges-with-204",
        "Answers callbacks with HTTP 204, because the body is empty.",
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
        "Answers check_deposit with HTTP 201, because something was created.",
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
        "Answers verify of any customer with code 0.",
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
        "Answers check_deposit of any customer with code 0.",
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
        "Answers refusals with HTTP 500 and a stack trace.",
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
        "Shows in the text of a refusal the expected signature and the secret.",
        Fault::Answers(|_, answer| {
            if answer.is_refusal() {
                answer.edit(|it| it["message"] = json!(format!("expected HMAC of {}", SECRETS[0])));
            }
        }),
        &[
            "shape-no-secret",
            "signature-missing",
            "verify-unknown",
            "connection-kept",
        ],
    ),
    Broken::new(
        "tells-the-secret-as-php-does",
        "Shows the secret in the text of a refusal, and writes `/` as `\\/`.",
        Fault::Answers(|_, answer| {
            if answer.is_refusal() {
                answer.edit(|it| it["message"] = json!(format!("HMAC of {}", SECRETS[0])));
                answer.rewrite(|it| it.replace('/', "\\/"));
            }
        }),
        &[
            "shape-no-secret",
            "signature-missing",
            "verify-unknown",
            "connection-kept",
        ],
    ),
];

/// What a framework shows of an exception.
const TRACE: &str =
    "thread 'main' panicked at src/merchant.rs:7\nstack backtrace:\n SELECT * FROM payments";
