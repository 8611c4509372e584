//! What failed, in full.

use maud::{Markup, html};

use super::{pill, sentence, time};
use crate::Recorded;
use crate::check::Finding;
use crate::outcome::Outcome;
use crate::report::{Report, pretty, visible};
use crate::row::Level;

pub(super) fn show(report: &Report) -> Markup {
    let (must, should): (Vec<_>, Vec<_>) = report
        .failed()
        .into_iter()
        .partition(|finding| finding.check.level == Level::Must);
    html! {
        @if !must.is_empty() {
            section #failed {
                h2 { "What failed" }
                @for finding in must { (failure(finding)) }
            }
        }
        @if !should.is_empty() {
            section #advice {
                h2 { "Advice that is not followed" }
                p {
                    "The documents are silent here. "
                    @if report.subject.strict { "This endpoint is held to it, so it counts as failed." }
                    @else { "It does not count as failed." }
                }
                @for finding in should { (failure(finding)) }
            }
        }
    }
}

fn failure(finding: &Finding) -> Markup {
    let check = &finding.check;
    let (_, class) = super::kind(&finding.outcome, check.level);
    html! {
        article class={ "failure " (class) } id=(check.full_id()) {
            header {
                (pill(&finding.outcome, check.level))
                a.id href={ "#" (check.full_id()) } { (check.full_id()) }
            }
            h3 { (sentence(check.sentence)) }
            @if !check.why.is_empty() { p.why { (sentence(check.why)) } }
            @if let Outcome::Failed { expected, got } = &finding.outcome {
                dl.compared {
                    div { dt { "Expected" } dd { (visible::lines(expected)) } }
                    div.got { dt { "Got" } dd { (visible::lines(got)) } }
                }
            }
            p.section {
                @match check.level {
                    Level::Must => "It must hold. ",
                    Level::Should => "It should hold. ",
                }
                "Written in: " cite { (check.section) }
            }
            (exchanges(finding))
        }
    }
}

/// What was sent and what came back, folded.
pub(super) fn exchanges(finding: &Finding) -> Markup {
    let count = finding.exchanges.len() + finding.exchanges_left_out;
    html! {
        @if let Some((first, others)) = finding.exchanges.split_first() {
            details {
                summary {
                    "What was sent and what came back"
                    @if count > 1 { " (" (count) " exchanges)" }
                }
                (exchange(first))
                @if finding.exchanges_left_out > 0 {
                    p.left-out { (finding.exchanges_left_out) " more like these are not shown" }
                }
                @for other in others { (exchange(other)) }
            }
        }
    }
}

fn exchange(exchange: &Recorded) -> Markup {
    html! {
        div.exchange {
            p { b { (visible::line(&exchange.request)) } @if let Some(kind) = &exchange.content_type { " " (visible::line(kind)) } }
            pre { (body(&exchange.sent)) }
            p {
                @match exchange.status {
                    Some(status) => { b { "HTTP " (status) } " after " (time(exchange.took_ms)) },
                    None => b { "No answer" },
                }
            }
            pre { (body(&exchange.got)) }
        }
    }
}

fn body(text: &str) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    visible::lines(&pretty::indented(text).unwrap_or_else(|| text.to_owned()))
}
