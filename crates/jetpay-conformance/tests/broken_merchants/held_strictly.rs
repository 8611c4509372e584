//! What only the service `jetpay` promises.

use jetpay_platform::{KASPI, KASSA24};
use serde_json::json;

use super::{Broken, LedgerFault};
use crate::merchant::{Answer, Fault, SECRETS};

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "other-name-of-a-plain-customer",
        "Names a customer without another name by a word of its own.",
        Fault::Answers(|incoming, answer| {
            if incoming.text().contains("plain@example.com") && answer.is_good() {
                answer.edit(|it| it["additional_customer_id"] = json!("nobody"));
            }
        }),
        &["verify-plain"],
    )
    .strictly(),
    Broken::new(
        "takes-unknown-contracts",
        "Takes unknown contracts in a project that refuses them.",
        Fault::Answers(|incoming, answer| {
            if incoming.json()["entity_id"] == "no-such-contract" {
                *answer = Answer::new(200, "{\"code\":0,\"payment_id\":\"1\"}");
            }
        }),
        &["deposit-strict"],
    )
    .strictly(),
    Broken::new(
        "first-secret-alone",
        "Knows the first of a project's secrets alone.",
        Fault::Stops(|incoming| {
            let by_next = incoming.is_signed_with(SECRETS[1]);
            by_next.then(super::signed::refusal)
        }),
        &["signature-next-secret"],
    )
    .strictly(),
    Broken::new(
        "any-method",
        "Serves a project that does not take the method.",
        Fault::Comes(|incoming| {
            let project = incoming.json()["project_id"].clone();
            if project == 1235 || project == 1237 {
                let mut json = incoming.json();
                json["project_id"] = json!(1234);
                incoming.body = json.to_string().into_bytes();
                incoming.sign();
            }
        }),
        &["project-without-method"],
    )
    .strictly(),
    Broken::new(
        "takes-large-bodies",
        "Answers large bodies as if they were small.",
        Fault::Answers(|_, answer| {
            if answer.status == 413 {
                answer.status = 200;
            }
        }),
        &["bad-too-large", "callback-too-large"],
    )
    .strictly(),
    Broken::new(
        "takes-small-bodies-alone",
        "Refuses a body of 64 KiB.",
        Fault::Stops(|incoming| {
            (incoming.body.len() > 60_000)
                .then(|| Answer::new(413, "{\"code\":500,\"message\":\"large\"}"))
        }),
        &["bad-not-too-large"],
    )
    .strictly(),
    Broken::new(
        "shows-its-query",
        "Says in the text of a refusal which query found nothing.",
        Fault::Answers(|_, answer| {
            if answer.is_refusal() {
                answer.edit(|it| it["message"] = json!("SELECT * FROM customers: no rows"));
            }
        }),
        &["verify-unknown", "deposit-unknown"],
    )
    .strictly(),
    Broken::new(
        "says-more",
        "Answers with a field that no document has.",
        Fault::Answers(|_, answer| answer.edit(|it| it["took_ms"] = json!(7))),
        &["verify-good", "deposit-good", "verify-unknown"],
    )
    .strictly(),
    Broken::new(
        "refuses-with-422",
        "Refuses callbacks with an HTTP status of its own.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_callback() && answer.status == 400 {
                answer.status = 422;
            }
        }),
        &["callback-bad-signature", "callback-missing-field"],
    )
    .strictly(),
    Broken::new(
        "thanks-for-callbacks",
        "Acknowledges callbacks with a word in the body.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_callback() && answer.status == 200 {
                answer.body = b"OK".to_vec();
            }
        }),
        &["callback-success", "callback-decline"],
    )
    .strictly(),
    Broken::new(
        "no-callbacks-at-callback",
        "Takes no callbacks at the URL for callbacks.",
        Fault::Stops(|incoming| (incoming.path == "/callback").then(|| Answer::new(404, ""))),
        &["callback-url", "callback-url-verify"],
    )
    .strictly(),
    Broken::new(
        "callbacks-of-the-method-alone",
        "Takes callbacks at the URL of their method alone.",
        Fault::Stops(|incoming| {
            let of_kaspi = incoming.json()["payment"]["method"] == "kaspi";
            (incoming.path == "/qiwi-kz" && of_kaspi).then(|| Answer::new(404, ""))
        }),
        &["callback-other-urls"],
    )
    .strictly_with_another_method(),
    Broken::new(
        "acknowledges-nonsense",
        "Acknowledges what it cannot read, at the URL for callbacks.",
        Fault::Answers(|incoming, answer| {
            if incoming.path == "/callback" && answer.status == 400 {
                answer.status = 200;
            }
        }),
        &["callback-unreadable", "callback-url-verify"],
    )
    .strictly(),
    Broken::slips(
        "never-flags",
        "Flags no payment for a person to look at.",
        LedgerFault::NeverFlags,
        &[
            "deposit-unknown-contract",
            "deposit-closed-contract",
            "deposit-beyond-limits",
        ],
    )
    .by(&KASSA24)
    .strictly(),
    Broken::slips(
        "never-quarantines",
        "Puts wrong payments before nobody.",
        LedgerFault::NeverQuarantines,
        &["callback-other-amount", "callback-partially-paid"],
    )
    .strictly(),
    Broken::slips(
        "forgets-balances",
        "Credits a payment, and not the customer.",
        LedgerFault::ForgetsBalances,
        &["callback-success-balance"],
    )
    .by(&KASPI)
    .strictly(),
    Broken::slips(
        "leaves-refunds-to-people",
        "Follows no refund, as others may.",
        LedgerFault::IgnoresRefunds,
        &[
            "callback-refund",
            "callback-refund-partial",
            "callback-refund-rest",
        ],
    )
    .strictly(),
    Broken::slips(
        "forgets-refunds-in-balances",
        "Takes a refund back from a payment, and not from the customer.",
        LedgerFault::ForgetsRefundsInBalances,
        &["callback-refund-balance"],
    )
    .strictly(),
];
