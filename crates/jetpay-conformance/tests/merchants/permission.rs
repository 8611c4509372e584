//! Without permission to credit, the checks send nothing that a program could read as a success.

use jetpay_conformance::{Kassa24Answers, Report, run_all};
use jetpay_platform::MethodFacts;
use tokio::task::JoinSet;

use crate::checked_as::{any_merchant, methods};
use crate::merchant::{Fault, Incoming, Instead, SECRETS};

/// How endpoints answer, so that the checks continue and send everything they have.
const ENDPOINTS: [(&str, Fault); 3] = [
    (
        "accepts everything",
        Fault::Stops(|_| true, Instead::Yes(200)),
    ),
    (
        "accepts all but callbacks",
        Fault::Stops(|_| true, Instead::Yes(400)),
    ),
    ("the right merchant", Fault::None),
];

/// Checks one method of an endpoint, with or without permission to credit. Returns what the endpoint received.
async fn checked(
    fault: Fault,
    (method, answers): (&'static MethodFacts, Kassa24Answers),
    strict: bool,
    credits: bool,
) -> (Report, Vec<Incoming>) {
    let (mut target, merchant) = any_merchant(fault, method, answers);
    (target.strict, target.exact) = (strict, strict);
    target.credits = credits;
    let report = run_all(&target, |_| ()).await;
    (report, std::mem::take(&mut *merchant.heard()))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_permission_no_message_can_be_read_as_a_success() {
    let mut running = JoinSet::new();
    for (name, fault) in ENDPOINTS {
        for strict in [false, true] {
            for method in methods() {
                running.spawn(async move { (name, checked(fault, method, strict, false).await) });
            }
        }
    }
    for (name, (report, heard)) in running.join_all().await {
        let named = format!("{name}, {}", report.subject.methods.join(", "));
        let signed =
            |it: &&Incoming| it.is_callback() && (it.is_signed() || it.is_signed_with(SECRETS[2]));
        let signed_callbacks = heard.iter().filter(signed);
        assert!(signed_callbacks.count() > 20, "{named} heard nothing");
        let successes = heard.iter().filter(|it| it.may_be_read_as_success());
        let successes: Vec<String> = successes.map(Incoming::text).collect();
        assert!(successes.is_empty(), "{named}: {}", successes.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_permission_successes_are_sent() {
    let method = methods().next().unwrap();
    let (_, heard) = checked(ENDPOINTS[0].1, method, false, true).await;
    let successes = heard.iter().filter(|it| it.may_be_read_as_success());
    assert!(successes.count() > 20);
}

#[test]
fn every_form_of_a_success_for_a_careless_program_is_recognised() {
    let says = |body: &str| Incoming::posted(body).may_be_read_as_success();
    for body in [
        "{\"payment\":{\"status\":\"success\"}}",
        "{\"payment\":{\"status\":\"SUCCESS \"}}",
        "{\"payment\":{\"status\":\"\\u0073uccess\"}}",
        "{\"operation\":{\"status\":true}}",
        "{\"operation\":{\"status\":1}}",
        "{\"operation\":{\"status\":0.0}}",
        "{\"operation\":{\"status\":\"1\"}}",
        "{\"operation\":{\"status\":[]}}",
        "{\"operation\":{\"status\":{\"a\":\"b\"}}}",
        "{\"operation\":{\"code\":\"0\",\"status\":\"waiting\"}}",
        "{\"operation\":{\"code\":0,\"status\":\"waiting\"}}",
        "[{\"operation\":{\"status\":true}}]",
        "\u{feff}{\"operation\":{\"status\":true}}}",
        "{\"note\":\";operation:status:success\"",
    ] {
        assert!(says(body), "{body}");
    }
    for body in [
        "",
        "{\"payment\":{\"status\":\"decline\"},\"operation\":{\"code\":\"10\",\"status\":null}}",
        "{\"payment\":{\"status\":7.5},\"operation\":{\"status\":false}}",
    ] {
        assert!(!says(body), "{body}");
    }
}
