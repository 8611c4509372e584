//! What a report says about money that it could not see.

use std::collections::BTreeSet;

use jetpay_conformance::{Observation, Outcome, Verdict, run_all};

use crate::broken::named;
use crate::checked_as::kaspi;
use crate::merchant::Fault;
use crate::{failed, rows};

/// Rows that ask for a refusal or for HTTP 200, which the answer shows, and look at the money if they can.
const SEEN_IN_THE_ANSWER: [&str; 14] = [
    "attack-number-as-text",
    "attack-status-hidden",
    "callback-bad-signature",
    "callback-decline-without-operation",
    "callback-missing-field",
    "callback-other-secret",
    "callback-signature-malformed",
    "callback-signature-part",
    "callback-unknown-project",
    "callback-wrong-type",
    "connection-cut",
    "deposit-after-early-callback",
    "http-get",
    "large-callback",
];

#[tokio::test(flavor = "multi_thread")]
async fn unobserved_effect_on_money_is_not_observed_and_never_passed() {
    let (mut target, _) = kaspi(Fault::None);
    // A row that fails to reach this observer is a row that looks at the money.
    let unreachable = Observation::new("http://127.0.0.1:1/{payment_id}", None);
    let unanswered = run_all(&target.clone().with_observer(unreachable), |_| ()).await;
    let money = rows(&unanswered, |it| matches!(it, Outcome::NotObserved { .. }));
    assert!(money.len() > 40, "{money:?}");
    assert!(failed(&unanswered).is_empty(), "{unanswered}");
    target.observer = None;
    let report = run_all(&target, |_| ()).await;
    assert!(report.is_good(), "{report}");
    let passed = rows(&report, |it| *it == Outcome::Passed);
    let unobserved: BTreeSet<&str> = passed.intersection(&money).copied().collect();
    assert_eq!(unobserved, SEEN_IN_THE_ANSWER.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_that_the_observer_does_not_know_counts_as_not_credited() {
    let (target, _) = kaspi(Fault::None);
    let elsewhere = target.url.replace("/kaspi", "/nowhere/{payment_id}");
    let target = target.with_observer(Observation::new(elsewhere, None));
    let failed = failed(&run_all(&target, |_| ()).await);
    for row in ["callback-success", "callback-repeated", "callback-words"] {
        assert!(failed.contains(row), "{row}: {failed:?}");
    }
    assert!(!failed.contains("callback-decline"), "{failed:?}");
}

#[tokio::test]
async fn merchant_that_credits_repeats_is_amber_unless_the_money_is_observed() {
    let mut target = named("credits-repeats").open();
    let report = run_all(&target, |_| ()).await;
    assert!(matches!(report.verdict(), Verdict::Fails(_)), "{report}");
    target.observer = None;
    for (credits, options) in [
        (true, &["--observe"][..]),
        (false, &["--observe", "--allow-credits"]),
    ] {
        target.credits = credits;
        target.require_observed = false;
        let mut report = run_all(&target, |_| ()).await;
        let verdict = report.verdict().to_string();
        assert!(
            verdict.starts_with("Exactly-once was not checked"),
            "{verdict}"
        );
        assert!(options.iter().all(|it| verdict.contains(it)), "{verdict}");
        assert!(report.to_html().contains("class=\"verdict advice\""));
        assert!(report.is_good());
        report.subject.require_observed = true;
        assert!(!report.is_good());
    }
}
