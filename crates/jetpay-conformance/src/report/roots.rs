//! One fault is one failure. A check that fails for the fault of another check follows from it, and says so.

use std::collections::HashMap;
use std::ops::Range;

use crate::check::{Check, Finding, Outcome};
use crate::check_context::AFTERWARDS;
use crate::expect::FORGED;
use crate::row::{Group, Level};

/// The checks that find a fault of what others begin with, each with the begin of the expectation that it is about. The more
/// telling ones come first.
const ROOTS: [(&str, &str); 39] = [
    ("shape-no-secret", "an answer without the secret"),
    ("time-verify", "an answer within"),
    ("time-deposit", "an answer within"),
    ("time-callback", "an answer within"),
    ("time-refusals", "an answer within"),
    ("shape-json", "JSON"),
    ("shape-json", "UTF-8"),
    ("shape-json", "a JSON object"),
    ("shape-code-integer", "`code`"),
    ("shape-currency", "`currency`"),
    ("shape-amounts", "`payment`"),
    ("shape-amounts", "`min_payment`"),
    ("shape-payment-id", "a text in `payment_id`"),
    ("verify-good", ""),
    ("deposit-good", ""),
    ("verify-contracts", ""),
    ("shape-refusal-text-verify", "a text in"),
    ("shape-refusal-text-deposit", "a text in"),
    ("verify-unknown", ""),
    ("deposit-unknown", ""),
    ("callback-bad-signature", "no HTTP 200"),
    ("callback-bad-signature", "HTTP 400"),
    ("signature-missing", ""),
    ("deposit-twice", "another payment_id"),
    ("deposit-pending", ""),
    ("callback-success", ""),
    ("callback-decline", "HTTP 200"),
    ("callback-decline", "an answer"),
    ("callback-processing", "HTTP 200"),
    ("callback-processing", "an answer"),
    ("callback-unknown-payment", "no HTTP 200"),
    ("callback-repeated", "minor units credited"),
    ("callback-repeated", "entries"),
    ("callback-repeated-later", ""),
    ("callback-second-success", ""),
    ("callback-at-once", ""),
    ("callback-decline-after-success", ""),
    ("callback-refund", ""),
    ("callback-refund-partial", ""),
];

/// What every check needs, each with the check that finds its fault, and the begin of the expectation.
const BASICS: [(&str, &str); 4] = [
    ("shape-json", "JSON"),
    ("shape-code-integer", "`code`"),
    ("shape-payment-id", "a text in `payment_id`"),
    ("deposit-good", "HTTP 200 and code 0 to check_deposit"),
];

/// Checks whose failure the failure of another check explains when both failed alike: both took a bad signature, or both
/// moved the money wrongly. Of two roots of one check the first one counts.
const FAMILIES: [(&str, &str); 21] = [
    (
        "callback-bad-signature",
        "callback-signature-part callback-signature-malformed callback-other-secret \
         callback-refused-no-effect signature-missing signature-part signature-malformed signature-legacy \
         signature-placeholder signature-lower-case signature-other-message signature-changed signature-other-secret \
         signature-other-project",
    ),
    (
        "callback-signature-part",
        "callback-signature-malformed signature-part signature-malformed",
    ),
    ("callback-signature-malformed", "signature-malformed"),
    (
        "callback-other-secret",
        "callback-refused-no-effect signature-other-secret signature-other-project",
    ),
    (
        "callback-processing",
        "callback-failed-operation callback-payment-under-way",
    ),
    ("callback-payment-under-way", "callback-unknown-success"),
    (
        "callback-success-after-processing",
        "callback-unknown-success",
    ),
    (
        "callback-failed-operation",
        "callback-unknown-success callback-unknown-success-acknowledged callback-refund-declined \
         callback-success-without-operation",
    ),
    (
        "callback-unknown-success",
        "callback-unknown-status callback-unknown-type callback-unknown-success-acknowledged \
         callback-odd-status callback-odd-type callback-refund-declined callback-success-after-report",
    ),
    (
        "callback-success-after-decline",
        "callback-success-after-report",
    ),
    (
        "callback-other-amount",
        "callback-partially-paid callback-success-after-quarantine",
    ),
    ("callback-other-currency", "callback-refund-odd-amount"),
    ("callback-other-project", "callback-refund-other-project"),
    ("callback-repeated", "callback-same-operation"),
    ("callback-repeated-later", "callback-same-operation"),
    (
        "callback-refund-partial",
        "callback-refund-rest callback-refund-before-sale callback-refund-second callback-refund-too-large \
         callback-refund-reversed callback-refund-reverse-too-large",
    ),
    ("callback-refund-rest", "callback-refund-too-large"),
    (
        "callback-refund-reversed",
        "callback-refund-repeated callback-refund-reverse-too-large",
    ),
    (
        "callback-refund-repeated",
        "callback-refund-before-sale callback-refund-second callback-refund-too-large \
         callback-refund-reverse-too-large",
    ),
    (
        "callback-refund-second",
        "callback-refund-before-sale callback-refund-too-large",
    ),
    ("callback-refund-before-sale", "callback-refund-too-large"),
];

/// What is wrong, as far as two checks can have it in common.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    expected: String,
    /// How the answer differs: its HTTP status, or whether there was too much or too little money.
    how: String,
}

impl Fault {
    fn no_connection() -> Self {
        Self {
            expected: NO_CONNECTION.to_owned(),
            how: String::new(),
        }
    }
}

/// Names in each failure the failed check from which it follows.
pub(super) fn name(findings: &mut [Finding]) {
    let mut roots: Vec<(usize, Check, Fault)> = findings
        .iter()
        .filter_map(|it| root(it, findings))
        .collect();
    let died = died_at(findings);
    if let Some(first) = findings[died.clone()].first() {
        roots.insert(0, (0, first.check.clone(), Fault::no_connection()));
    }
    // Of equal rank is what every check can find. There the first one is the root.
    roots.sort_by_key(|(rank, ..)| *rank);
    for (index, finding) in findings.iter_mut().enumerate() {
        let fault = if died.contains(&index) {
            Some(Fault::no_connection())
        } else {
            fault(finding)
        };
        let Finding { check, outcome, .. } = finding;
        let Outcome::Failed { follows, .. } = outcome else {
            continue;
        };
        let root = roots.iter().find(|(rank, root, of_root)| {
            root.shares_method(check)
                && (root.level == Level::Must || check.level == Level::Should)
                && explains(*rank, root, of_root, check, fault.as_ref())
        });
        *follows = root
            .map(|(_, root, _)| root.full_id())
            .filter(|root| *root != check.full_id());
    }
    follow_to_the_end(findings);
}

/// The findings that got no answer just before the first one that found no endpoint: there the endpoint died.
fn died_at(findings: &[Finding]) -> Range<usize> {
    let dead = |it: &Finding| fault(it) == Some(Fault::no_connection());
    let end = findings.iter().position(dead).unwrap_or_default();
    let mut before = findings[..end].iter();
    let alive = before.rposition(|it| match &it.outcome {
        Outcome::Failed { got, .. } => !got.starts_with("no answer: "),
        _ => true,
    });
    alive.map_or(0, |last| last + 1)..end
}

/// Names the last root where a root follows from another one.
fn follow_to_the_end(findings: &mut [Finding]) {
    let follows = |finding: &Finding| match &finding.outcome {
        Outcome::Failed { follows, .. } => follows.clone(),
        _ => None,
    };
    let known: HashMap<String, String> = findings
        .iter()
        .filter_map(|it| Some((it.check.full_id(), follows(it)?)))
        .collect();
    for finding in findings {
        if let Outcome::Failed { follows, .. } = &mut finding.outcome {
            for _ in 0..FAMILIES.len() {
                let further = follows.as_ref().and_then(|root| known.get(root));
                *follows = further.cloned().or(follows.take());
            }
        }
    }
}

/// Whether a check fails for the fault of `root`.
fn explains(
    rank: usize,
    root: &Check,
    of_root: &Fault,
    check: &Check,
    fault: Option<&Fault>,
) -> bool {
    let Some(fault) = fault else { return false };
    let mut families = FAMILIES.iter();
    if families.any(|(id, members)| *id == root.id && members.split(' ').any(|it| it == check.id)) {
        let no_effect = check.id == "callback-refused-no-effect";
        return is_taken(of_root) && (is_taken(fault) || no_effect)
            || is_money(of_root) && is_money(fault);
    }
    match root.id {
        // Payments with one id have their money in common.
        "deposit-twice" if fault.expected.starts_with("minor units of it left") => true,
        "deposit-twice" if fault.expected.starts_with("minor units") => fault.how == "too much",
        // In other chapters a callback is refused for another reason.
        "callback-bad-signature" => {
            of_root == fault && matches!(check.group, Group::Signatures | Group::Malleability)
        }
        _ => of_root == fault && rank <= ROOTS.len(),
    }
}

/// Whether a bad signature was taken.
fn is_taken(fault: &Fault) -> bool {
    fault.expected == FORGED || fault.expected.starts_with("no HTTP 200") && fault.how == "HTTP 200"
}

/// Whether the money moved wrongly.
fn is_money(fault: &Fault) -> bool {
    let money = ["minor units", "entries of", "the payment's state"];
    money.iter().any(|it| fault.expected.starts_with(it))
}

/// The rank of a failure from which others may follow, and its fault.
fn root(finding: &Finding, all: &[Finding]) -> Option<(usize, Check, Fault)> {
    let fault = fault(finding)?;
    let check = finding.check.clone();
    let rank = if BY_ANY.iter().any(|it| fault.expected.starts_with(it)) {
        0
    } else {
        let (mut roots, mut families) = (ROOTS.iter(), FAMILIES.iter());
        let of_family = families.position(|(id, _)| *id == check.id);
        // With --only the check that finds it may be missing. Then any check finds it.
        let is_missing = |id: &str| all.iter().all(|it| it.check.id != id);
        let basic = BASICS
            .iter()
            .any(|(id, about)| fault.expected.starts_with(about) && is_missing(id));
        roots
            .position(|(id, about)| *id == check.id && fault.expected.starts_with(about))
            .or(basic.then_some(ROOTS.len()))
            .or(of_family.map(|family| ROOTS.len() + 1 + family))?
    };
    // Late answers are advice, unless they ended the run.
    (check.group != Group::Time || check.level == Level::Must).then_some((rank, check, fault))
}

const NO_CONNECTION: &str = "a connection";
/// What every check may find.
const BY_ANY: [&str; 2] = [NO_CONNECTION, "an answer without"];

fn fault(finding: &Finding) -> Option<Fault> {
    let Outcome::Failed { expected, got, .. } = &finding.outcome else {
        return None;
    };
    let expected = expected.strip_suffix(AFTERWARDS).unwrap_or(expected);
    // The status of a callback tells the reader more, and is part of no fault.
    let expected = expected
        .split(" with the status ")
        .next()
        .unwrap_or_default();
    let last = |text: &str| text.rsplit(' ').next()?.parse::<i64>().ok();
    let http = got
        .starts_with("HTTP ")
        .then(|| got.split([':', ',']).next());
    let how = match (last(expected), last(got), http.flatten()) {
        (Some(wanted), Some(got), _) if got > wanted => "too much",
        (Some(_), Some(_), _) => "too little",
        _ if BY_ANY.iter().any(|it| expected.starts_with(it)) => "",
        (.., http) => http.unwrap_or_default(),
    };
    let refusals = ["a refusal", "code 404", "code 400"];
    let expected = if got.contains("onnection refused") {
        NO_CONNECTION
    } else if how.starts_with("HTTP 5") && refusals.iter().any(|it| expected.starts_with(it)) {
        // An endpoint that crashes where it should refuse never comes to the code.
        refusals[0]
    } else {
        expected
    };
    Some(Fault {
        expected: expected.to_owned(),
        how: how.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::sample;
    use super::*;
    use crate::rows;

    #[test]
    fn every_root_is_a_check() {
        let members = FAMILIES
            .iter()
            .flat_map(|(id, members)| members.split(' ').chain([*id]));
        for id in ROOTS.iter().map(|(id, _)| *id).chain(members) {
            assert!(rows::all().any(|(_, row)| row.id == id), "{id}");
        }
    }

    /// Failures of these checks: `id | expected | got | id of the root`.
    fn named(failures: &[&str]) {
        let some = sample::report().findings.remove(0).check;
        let cells = |failure: &&str| -> [String; 4] {
            let cells: Vec<_> = failure.split(" | ").map(str::to_owned).collect();
            cells.try_into().unwrap()
        };
        let failures: Vec<[String; 4]> = failures.iter().map(cells).collect();
        let finding = |[id, expected, got, _]: &[String; 4]| {
            let outcome = Outcome::Failed {
                expected: expected.clone(),
                got: got.clone(),
                follows: None,
            };
            some.sibling(id).unwrap().found(outcome, Duration::ZERO)
        };
        let mut findings: Vec<Finding> = failures.iter().map(finding).collect();
        name(&mut findings);
        for (finding, [id, .., root]) in findings.iter().zip(&failures) {
            let Outcome::Failed { follows, .. } = &finding.outcome else {
                panic!("{id}")
            };
            let root = (root != "-").then(|| format!("kaspi/{root}"));
            assert_eq!(*follows, root, "{id}");
        }
    }

    #[test]
    fn failure_follows_from_the_check_of_the_same_fault_and_from_no_other() {
        named(&[
            "verify-good | `code` as an integer | `code` is a text; HTTP 200: {} | shape-code-integer",
            "shape-code-integer | `code` as an integer | `code` is a text; HTTP 200: {} | -",
            "time-verify | `code` as an integer | `code` is a text; HTTP 200: {} | shape-code-integer",
            "deposit-good | HTTP 200 and code 0 to check_deposit | HTTP 201: {} | -",
            "callback-repeated | HTTP 200 and code 0 to check_deposit | HTTP 201: {} | deposit-good",
            "http-query | HTTP 200 and code 0 to verify | HTTP 404, no body | -",
        ]);
        named(&[
            "callback-success | minor units credited for the payment: 10000 | 0 | -",
            "callback-words | minor units credited for the payment: 10000 | 0 | callback-success",
            "callback-repeated | minor units credited for the payment: 10000 | 40000 | -",
            "callback-at-once | minor units credited for the payment: 10000 | 80000 | callback-repeated",
        ]);
        named(&[
            "callback-decline | HTTP 200 to a callback with the status `decline` | HTTP 201, no body | -",
            "callback-upper-case | HTTP 200 to a callback | HTTP 201, no body | callback-decline",
            "callback-unicode | HTTP 200 to a callback with the status `success` | HTTP 500: oh | -",
        ]);
        named(&[
            "verify-unknown | code 404 for an unknown customer | HTTP 500: oh | -",
            "signature-missing | code 400 for a bad signature | HTTP 500: oh | verify-unknown",
            "bad-number | a refusal: a code other than 0 | HTTP 500: oh | verify-unknown",
            "bad-trailing | a refusal: a code other than 0 | HTTP 200: {} | -",
        ]);
        named(&[
            "callback-bad-signature | no HTTP 200, but HTTP 400 | HTTP 200, no body | -",
            "callback-other-secret | no HTTP 200, but HTTP 400 | HTTP 200, no body | callback-bad-signature",
            "callback-missing-field | no HTTP 200, but HTTP 400 | HTTP 200, no body | -",
            "callback-refused-no-effect | minor units credited for the payment: 0 | 10000 | callback-bad-signature",
            "shape-refusal-only | code 400 for a bad signature | HTTP 200: {} | signature-missing",
            "signature-missing | code 400 for a bad signature | HTTP 200: {} | -",
        ]);
        // A comparison of a part, for requests and callbacks alike. An answer with another code is another fault.
        named(&[
            "callback-signature-part | no HTTP 200, but HTTP 400 | HTTP 200, no body | -",
            "callback-signature-malformed | no HTTP 200, but HTTP 400 | HTTP 200, no body | callback-signature-part",
            "signature-part | a refusal of the bad signature, with code 400 | HTTP 200: {} | callback-signature-part",
            "signature-malformed | a refusal of the bad signature, with code 400 | HTTP 200: {} | callback-signature-part",
            "signature-changed | code 400 for a bad signature | HTTP 200: {} | -",
            "callback-refused-no-effect | minor units credited for the payment: 0 | 10000 | -",
        ]);
        named(&[
            "callback-failed-operation | minor units credited for the payment: 0 | 10000 | -",
            "callback-refund-declined | minor units of it left after refunds: 10000 | 0 | callback-failed-operation",
            "callback-unknown-type | minor units credited for the payment: 0 | 10000 | callback-failed-operation",
            "callback-unknown-success | entries of [] | [10000] | callback-failed-operation",
            "callback-refund-too-large | minor units of it left after refunds: 10000 | 0 | -",
            "callback-odd-status | HTTP 200 to a callback | HTTP 500: oh | -",
            "callback-refused-no-effect | minor units credited for the payment: 0 | 10000 | -",
        ]);
        named(&[
            "deposit-twice | another payment_id | the same again: 7 | -",
            "callback-decline | minor units credited for the payment: 0 | 10000 | deposit-twice",
            "callback-refund-partial | minor units of it left after refunds: 7000 | 0 | deposit-twice",
            "callback-success | minor units credited for the payment: 10000 | 0 | -",
            "deposit-at-once | another payment_id | the same more than once, as 7 | deposit-twice",
        ]);
        named(&[
            "verify-unknown | an answer without the secret | HTTP 200, with the secret | -",
            "bad-not-json | an answer without the secret | HTTP 400, with the secret | verify-unknown",
        ]);
    }

    #[test]
    fn first_chosen_check_is_the_root_when_the_one_of_the_fault_is_not_chosen() {
        for (fault, id) in [
            (
                "HTTP 200 and code 0 to check_deposit | HTTP 201: {}",
                "deposit-good",
            ),
            (
                "`code` as an integer | `code` is a text; HTTP 200: {}",
                "shape-code-integer",
            ),
        ] {
            let first = format!("callback-account | {fault}");
            let second = format!("callback-id-as-text | {fault}");
            let found = format!("{id} | {fault} | -");
            named(&[
                &format!("{first} | -"),
                &format!("{second} | callback-account"),
            ]);
            named(&[
                &format!("{first} | {id}"),
                &format!("{second} | {id}"),
                &found,
            ]);
        }
    }

    #[test]
    fn endpoint_that_dies_in_the_middle_is_one_failure() {
        named(&[
            "large-verify | an answer | no answer: Connection refused (os error 111) | -",
            "customer-long | an answer to verify | no answer: Connection refused (os error 111) | large-verify",
            "request-nested | an answer | no answer: tcp connect error: connection refused | large-verify",
        ]);
        named(&[
            "http-query | HTTP 200 and code 0 to verify | HTTP 404, no body | -",
            "large-callback | an answer to a callback | no answer: connection closed before message completed | -",
            "customer-long | an answer to verify | no answer: Connection reset by peer (os error 104) | large-callback",
            "request-nested | an answer to verify | no answer: Connection refused (os error 111) | large-callback",
            "customer-scripts | an answer to verify | no answer: Connection refused (os error 111) | large-callback",
        ]);
    }

    #[test]
    fn must_never_follows_from_advice() {
        named(&[
            "callback-refund | minor units of it left after refunds: 0 | 10000 | -",
            "callback-refund-repeated | minor units of it left after refunds: 0 | 10000 | -",
            "callback-reversal | minor units of it left after refunds: 0 | 10000 | callback-refund",
        ]);
    }
}
