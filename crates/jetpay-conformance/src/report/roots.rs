//! One fault is one failure. A check that fails for the fault of another check follows from it, and says so.

use crate::check::{Check, Finding, Outcome};
use crate::check_context::AFTERWARDS;
use crate::row::{Group, Level};

/// The checks that find a fault of what others begin with, each with the begin of the expectation that it is about. The more
/// telling ones come first.
const ROOTS: [(&str, &str); 38] = [
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
    ("signature-missing", ""),
    ("callback-bad-signature", "no HTTP 200"),
    ("callback-bad-signature", "HTTP 400"),
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

/// What is wrong, as far as two checks can have it in common.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    expected: String,
    /// How the answer differs: its HTTP status, or whether there was too much or too little money.
    how: String,
}

/// Names in each failure the failed check from which it follows.
pub(super) fn name(findings: &mut [Finding]) {
    let mut roots: Vec<(usize, Check, Fault)> = findings.iter().filter_map(root).collect();
    // Of equal rank is what every check can find. There the first one is the root.
    roots.sort_by_key(|(rank, ..)| *rank);
    for finding in findings {
        let fault = fault(finding);
        let Finding { check, outcome, .. } = finding;
        let Outcome::Failed { follows, .. } = outcome else {
            continue;
        };
        let root = roots.iter().find(|(_, root, of_root)| {
            root.shares_method(check)
                && (root.level == Level::Must || check.level == Level::Should)
                && explains(root, of_root, check, fault.as_ref())
        });
        *follows = root
            .map(|(_, root, _)| root.full_id())
            .filter(|root| *root != check.full_id());
    }
}

/// Whether a check fails for the fault of `root`.
fn explains(root: &Check, of_root: &Fault, check: &Check, fault: Option<&Fault>) -> bool {
    let Some(fault) = fault else { return false };
    match root.id {
        // Payments with one id have their money in common.
        "deposit-twice" if fault.expected.starts_with("minor units") => fault.how == "too much",
        "callback-bad-signature"
            if matches!(
                check.id,
                "callback-other-secret" | "callback-refused-no-effect"
            ) =>
        {
            true
        }
        // In other chapters a callback is refused for another reason.
        "callback-bad-signature" => {
            of_root == fault && matches!(check.group, Group::Signatures | Group::Malleability)
        }
        _ => of_root == fault,
    }
}

/// The rank of a failure from which others may follow, and its fault.
fn root(finding: &Finding) -> Option<(usize, Check, Fault)> {
    let fault = fault(finding)?;
    let check = finding.check.clone();
    let rank = if BY_ANY.iter().any(|it| fault.expected.starts_with(it)) {
        0
    } else {
        let mut roots = ROOTS.iter();
        roots.position(|(id, about)| *id == check.id && fault.expected.starts_with(about))?
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
        for (id, _) in ROOTS {
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
        named(&[
            "deposit-twice | another payment_id | the same again: 7 | -",
            "callback-decline | minor units credited for the payment: 0 | 10000 | deposit-twice",
            "callback-success | minor units credited for the payment: 10000 | 0 | -",
            "deposit-at-once | another payment_id | the same more than once, as 7 | deposit-twice",
        ]);
        named(&[
            "verify-unknown | an answer without the secret | HTTP 200, with the secret | -",
            "bad-not-json | an answer without the secret | HTTP 400, with the secret | verify-unknown",
        ]);
    }

    #[test]
    fn endpoint_that_dies_in_the_middle_is_one_failure() {
        named(&[
            "large-verify | an answer | no answer: Connection refused (os error 111) | -",
            "customer-long | an answer to verify | no answer: Connection refused (os error 111) | large-verify",
            "request-nested | an answer | no answer: tcp connect error: connection refused | large-verify",
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
