//! Without permission to credit, the checks send nothing that a program could read as a success.

#[path = "../../jetpay-platform/tests/merchant/mod.rs"]
mod merchant;

use std::sync::Arc;

use jetpay_conformance::{
    Customers, Kassa24Answers, Observation, Project, Report, Target, run_all,
};
use jetpay_platform::{KASSA24, METHODS, MethodFacts};
use merchant::{
    Answer, Fault, Heard, Incoming, PROJECT, SECRETS, TestMerchant, keyring, serve, serve_by,
};
use serde_json::json;
use tokio::task::JoinSet;

/// How an endpoint answers, so that the checks continue and send everything they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    /// Accepts everything.
    AcceptsAll,
    /// Accepts everything but callbacks.
    RefusesCallbacks,
    /// The right merchant.
    Right,
}

/// A method of an endpoint, its report, and the requests that it received.
struct CheckResult {
    endpoint: Endpoint,
    report: Report,
    heard: Vec<Incoming>,
}

impl Endpoint {
    /// The base URL.
    fn open(self, heard: &Heard) -> String {
        let heard = Arc::clone(heard);
        if self == Self::Right {
            let customers = Customers::standard().as_json();
            return serve(
                TestMerchant::new(Fault::None, customers).heard_by(heard),
                keyring(),
            );
        }
        serve_by(move |incoming| {
            let mut heard = heard.lock().unwrap();
            let answer = self.answer(&incoming, heard.len());
            heard.push(incoming);
            answer
        })
    }

    fn answer(self, incoming: &Incoming, number: usize) -> Answer {
        // The observation shows payments as pending.
        if incoming.path.starts_with("/seen/") {
            return Answer::new(404, "");
        }
        if incoming.text().contains("\"payment\"") {
            let status = if self == Self::AcceptsAll { 200 } else { 400 };
            return Answer::new(status, "");
        }
        let contract = json!({"id": "12345", "number": "1234_ABC", "payment": 100_000});
        let answer = json!({
            "code": 0,
            "currency": "KZT",
            "additional_customer_id": "ABCDE12345",
            "payment_id": format!("payment-{number}"),
            "entities": [contract],
        });
        Answer::new(200, answer.to_string())
    }
}

/// Checks one method of an endpoint, with or without permission to credit.
async fn checked(
    endpoint: Endpoint,
    (method, answers): (&'static MethodFacts, Kassa24Answers),
    strict: bool,
    credits: bool,
) -> CheckResult {
    let heard = Heard::default();
    let url = endpoint.open(&heard);
    let project = Project::new(PROJECT, SECRETS[0]).unwrap();
    let project = project.with_methods([method]).with_kassa24_answers(answers);
    let observation = Observation::new(format!("{url}/seen/{{payment_id}}"), None);
    let url = format!("{url}/{}", method.name);
    let mut target = Target::new(url, project, Customers::standard()).with_observer(observation);
    (target.strict, target.exact) = (strict, strict);
    target.credits = credits;
    let report = run_all(&target, |_| ()).await;
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    CheckResult {
        endpoint,
        report,
        heard,
    }
}

/// Every method and both answer options.
fn methods() -> impl Iterator<Item = (&'static MethodFacts, Kassa24Answers)> {
    let of_contracts = METHODS
        .iter()
        .map(|method| (method, Kassa24Answers::Contracts));
    of_contracts.chain([(&KASSA24, Kassa24Answers::Account)])
}

#[tokio::test(flavor = "multi_thread")]
async fn without_permission_no_message_can_be_read_as_a_success() {
    let mut running = JoinSet::new();
    for endpoint in [
        Endpoint::AcceptsAll,
        Endpoint::RefusesCallbacks,
        Endpoint::Right,
    ] {
        for strict in [false, true] {
            for method in methods() {
                running.spawn(checked(endpoint, method, strict, false));
            }
        }
    }
    for CheckResult {
        endpoint,
        report,
        heard,
    } in running.join_all().await
    {
        let named = format!("{endpoint:?}, {}", report.subject.methods.join(", "));
        let signed_callbacks = heard.iter().filter(|it| it.is_callback() && it.is_signed());
        assert!(signed_callbacks.count() > 20, "{named} heard nothing");
        let successes: Vec<String> = heard
            .iter()
            .filter(|it| it.may_be_read_as_success())
            .map(Incoming::text)
            .collect();
        assert!(successes.is_empty(), "{named}: {}", successes.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_permission_successes_are_sent() {
    let method = methods().next().unwrap();
    let heard = checked(Endpoint::AcceptsAll, method, false, true)
        .await
        .heard;
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
