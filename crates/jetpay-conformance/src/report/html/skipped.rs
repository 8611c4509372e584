//! What is not proven, and how it can be.

use maud::{Markup, html};

use super::sentence;
use crate::report::chapters::{Reason, checks};
use crate::report::{Report, visible};

pub(super) fn show(report: &Report) -> Markup {
    let not_run = report.not_run();
    let not_observed = report.not_observed();
    html! {
        @if !not_run.is_empty() {
            section #not-run {
                h2 { "Not run" }
                p { "These checks were not tried, or not to their end. Nothing is known of what they are about." }
                @for reason in not_run { (group(&reason)) }
            }
        }
        @if !not_observed.is_empty() {
            section #not-observed {
                h2 { "Not observed" }
                p { "Here the answers were right, but not what they did: that could not be seen from outside." }
                @for reason in not_observed { (group(&reason)) }
            }
        }
    }
}

fn group(reason: &Reason<'_>) -> Markup {
    html! {
        details.reasons {
            summary { b { (checks(reason.findings.len())) } ": " (visible::line(reason.why)) }
            ul {
                @for finding in &reason.findings {
                    li {
                        a.id href={ "#" (finding.check.full_id()) } { (finding.check.full_id()) }
                        " " (sentence(finding.check.sentence))
                    }
                }
            }
        }
    }
}
