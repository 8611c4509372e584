//! Faults in what only the service `jetpay` promises.

use jetpay_platform::{KASPI, KASSA24};
use serde_json::json;

use super::{Broken, LedgerFault};
use crate::merchant::{Answer, Fault, SECRETS};

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "other-name-of-a-plain-customer",
        "Names a customer without an additional id by a word.",
        Fault::Answers(|incoming, answer| {
            if incoming.text().contains("plain@example.com") && answer.is_good() {
                answer.edit(|it| it["additional_customer_id"] = json!("nobody"));
            }
        }),
        &["verify-plain"],
    )
    .as_service(),
    Broken::new(
        "takes-unknown-contracts",
        "Accepts unknown contracts in a project that refuses them.",
        Fault::Answers(|incoming, answer| {
            if incoming.json()["entity_id"] == "no-such-contract" {
                *answer = Answer::new(200, "{\"code\":0,\"payment_id\":\"1\"}");
            }
        }),
        &["deposit-strict"],
    )
    .as_service(),
    Broken::new(
        "first-secret-alone",
        "Knows only the first secret of a project.",
        Fault::Stops(|incoming| {
            let by_next = incoming.is_signed_with(SECRETS[1]);
            by_next.then(super::signed::refusal)
        }),
        &["signature-next-secret"],
    )
    .as_service(),
    Broken::new(
        "any-method",
        "Serves a project that does not support the method.",
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
    .as_service(),
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
    .as_service(),
    Broken::new(
        "takes-small-bodies-alone",
        "Refuses a body of 64 KiB.",
        Fault::Stops(|incoming| {
            (incoming.body.len() > 60_000)
                .then(|| Answer::new(413, "{\"code\":500,\"message\":\"large\"}"))
        }),
        &["bad-not-too-large"],
    )
    .as_service(),
    Broken::new(
        "shows-its-query",
        "Shows in the text of a refusal which query found nothing.",
        Fault::Answers(|_, answer| {
            if answer.is_refusal() {
                answer.edit(|it| it["message"] = json!("SELECT * FROM customers: no rows"));
            }
        }),
        &["verify-unknown", "deposit-unknown"],
    )
    .as_service(),
    Broken::new(
        "says-more",
        "Answers with an undocumented field.",
        Fault::Answers(|_, answer| answer.edit(|it| it["took_ms"] = json!(7))),
        &["verify-good", "deposit-good", "verify-unknown"],
    )
    .as_service(),
    Broken::new(
        "refuses-with-422",
        "Refuses callbacks with another HTTP status.",
        Fault::Answers(|incoming, answer| {
            if incoming.is_callback() && answer.status == 400 {
                answer.status = 422;
            }
        }),
        &["callback-bad-signature", "callback-missing-field"],
    )
    .as_service(),
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
    .as_service(),
    Broken::new(
        "no-callbacks-at-callback",
        "Refuses callbacks at the URL for callbacks.",
        Fault::Stops(|incoming| (incoming.path == "/callback").then(|| Answer::new(404, ""))),
        &["callback-url", "callback-url-verify"],
    )
    .as_service(),
    Broken::new(
        "callbacks-of-the-method-alone",
        "Accepts callbacks at the URL of their method only.",
        Fault::Stops(|incoming| {
            let of_kaspi = incoming.json()["payment"]["method"] == "kaspi";
            (incoming.path == "/qiwi-kz" && of_kaspi).then(|| Answer::new(404, ""))
        }),
        &["callback-other-urls"],
    )
    .as_service_with_two_methods(),
    Broken::new(
        "acknowledges-nonsense",
        "Acknowledges unreadable callbacks at the URL for callbacks.",
        Fault::Answers(|incoming, answer| {
            if incoming.path == "/callback" && answer.status == 400 {
                answer.status = 200;
            }
        }),
        &["callback-unreadable", "callback-url-verify"],
    )
    .as_service(),
    Broken::slips(
        "never-flags",
        "Flags no payment for the operator.",
        LedgerFault::NeverFlags,
        &[
            "deposit-unknown-contract",
            "deposit-closed-contract",
            "deposit-beyond-limits",
        ],
    )
    .by(&KASSA24)
    .as_service(),
    Broken::slips(
        "never-quarantines",
        "Raises no alarm for wrong payments.",
        LedgerFault::NeverQuarantines,
        &["callback-other-amount", "callback-partially-paid"],
    )
    .as_service(),
    Broken::slips(
        "forgets-balances",
        "Credits a payment, but not the customer.",
        LedgerFault::ForgetsBalances,
        &["callback-success-balance"],
    )
    .by(&KASPI)
    .as_service(),
    Broken::slips(
        "leaves-refunds-to-people",
        "Processes no refund, as other merchants may.",
        LedgerFault::IgnoresRefunds,
        &[
            "callback-refund",
            "callback-refund-partial",
            "callback-refund-rest",
        ],
    )
    .as_service(),
    Broken::slips(
        "forgets-refunds-in-balances",
        "Takes a refund from a payment, but not from the customer.",
        LedgerFault::ForgetsRefundsInBalances,
        &["callback-refund-balance"],
    )
    .as_service(),
];
