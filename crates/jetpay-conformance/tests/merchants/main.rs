//! The checks against a right merchant, against merchants with one fault each, and against endpoints that are none.

#[path = "../../../jetpay-platform/tests/merchant/mod.rs"]
mod merchant;

mod begin;
mod broken;
mod caught;
mod checked_as;
mod failures;
mod permission;
mod right;
mod unobserved;

use std::collections::BTreeSet;

use jetpay_conformance::{Outcome, Report};

/// The rows that failed.
fn failed(report: &Report) -> BTreeSet<&'static str> {
    rows(report, |outcome| matches!(outcome, Outcome::Failed { .. }))
}

/// The rows with this outcome.
fn rows(report: &Report, wanted: fn(&Outcome) -> bool) -> BTreeSet<&'static str> {
    let findings = report.findings.iter().filter(|it| wanted(&it.outcome));
    findings.map(|finding| finding.check.id).collect()
}
