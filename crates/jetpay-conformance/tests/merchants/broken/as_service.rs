//! Faults in what only the service `jetpay` promises.

use jetpay_platform::KASSA24;
use serde_json::json;

use super::{Broken, CheckedAs, LedgerFault, acknowledged, merchant, refused, slip};
use crate::merchant::{Answer, PROJECT, SECRETS};

pub(super) static ALL: &[Broken] = &[
    merchant("other-name-of-a-plain-customer")
        .edits(|it| it["additional_customer_id"] = json!("nobody"))
        .on(|it, answer| it.text().contains("plain@example.com") && answer.is_good())
        .as_service()
        .fails(&["verify-plain"]),
    // In a project that refuses them.
    merchant("takes-unknown-contracts")
        .changes(|it| *it = Answer::new(200, "{\"code\":0,\"payment_id\":\"1\"}"))
        .on(|it, _| it.json()["entity_id"] == "no-such-contract")
        .as_service()
        .fails(&["deposit-strict"]),
    merchant("first-secret-alone")
        .refuses(400, |it| it.is_signed_with(SECRETS[1]))
        .as_service()
        .fails(&["signature-next-secret"]),
    // Serves a project that does not support the method.
    merchant("any-method")
        .comes(|it| {
            let project = it.json()["project_id"].clone();
            if project == 1235 || project == 1237 {
                it.set("project_id", PROJECT);
                it.sign();
            }
        })
        .as_service()
        .fails(&["project-without-method"]),
    merchant("takes-large-bodies")
        .changes(|it| it.status = 200)
        .on(|_, answer| answer.status == 413)
        .as_service()
        .fails(&["bad-too-large", "callback-too-large"]),
    merchant("takes-small-bodies-alone")
        .says(413, |it| it.body.len() > 60_000)
        .as_service()
        .fails(&["bad-not-too-large"]),
    merchant("shows-its-query")
        .edits(|it| it["message"] = json!("SELECT * FROM customers: no rows"))
        .on(refused)
        .as_service()
        .fails(&["verify-unknown", "deposit-unknown"]),
    merchant("says-more")
        .edits(|it| it["took_ms"] = json!(7))
        .as_service()
        .fails(&["verify-good", "deposit-good", "verify-unknown"]),
    merchant("refuses-with-422")
        .changes(|it| it.status = 422)
        .on(|it, answer| it.is_callback() && answer.status == 400)
        .as_service()
        .fails(&["callback-bad-signature", "callback-missing-field"]),
    merchant("thanks-for-callbacks")
        .changes(|it| it.body = b"OK".to_vec())
        .on(acknowledged)
        .as_service()
        .fails(&["callback-success", "callback-decline"]),
    merchant("no-callbacks-at-callback")
        .says(404, |it| it.path == "/callback")
        .as_service()
        .fails(&["callback-url", "callback-url-verify"]),
    merchant("callbacks-of-the-method-alone")
        .says(404, |it| {
            it.path == "/qiwi-kz" && it.at("/payment/method") == "kaspi"
        })
        .checked_as(CheckedAs::ServiceWithTwoMethods)
        .fails(&["callback-other-urls"]),
    // At the URL for callbacks.
    merchant("acknowledges-nonsense")
        .changes(|it| it.status = 200)
        .on(|it, answer| it.path == "/callback" && answer.status == 400)
        .as_service()
        .fails(&["callback-unreadable", "callback-url-verify"]),
    slip(LedgerFault::NeverFlags)
        .by(&KASSA24)
        .as_service()
        .fails(&[
            "deposit-unknown-contract",
            "deposit-closed-contract",
            "deposit-beyond-limits",
        ]),
    slip(LedgerFault::NeverQuarantines)
        .as_service()
        .fails(&["callback-other-amount", "callback-partially-paid"]),
    slip(LedgerFault::ForgetsBalances)
        .as_service()
        .fails(&["callback-success-balance"]),
    // Other merchants may ignore refunds.
    Broken {
        name: Some("leaves-refunds-to-people"),
        ..slip(LedgerFault::IgnoresRefunds)
    }
    .as_service()
    .fails(&[
        "callback-refund",
        "callback-refund-partial",
        "callback-refund-rest",
    ]),
    slip(LedgerFault::ForgetsRefundsInBalances)
        .as_service()
        .fails(&["callback-refund-balance"]),
];
