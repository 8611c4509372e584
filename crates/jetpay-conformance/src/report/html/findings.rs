//! The failures in full, the reasons of skipped checks, and all checks chapter by chapter.

use maud::{Markup, html};

use super::{kind, pill, sentence, time};
use crate::check::{Check, Finding, Outcome};
use crate::report::chapters::{Chapter, Reason, checks};
use crate::report::{Report, Summary, pretty, visible};
use crate::row::{Group, Level};
use crate::{RecordedExchange, Role};

pub(super) fn show_failures(report: &Report) -> Markup {
    let (must, should): (Vec<_>, Vec<_>) = report
        .failed()
        .into_iter()
        .partition(|finding| finding.check.level == Level::Must);
    html! {
        @if !must.is_empty() {
            section #failed {
                h2 { "What failed" }
                @for finding in must { (failure(report, finding)) }
            }
        }
        @if !should.is_empty() {
            section #advice {
                h2 { "Advice that is not followed" }
                p {
                    "The documents do not demand this. "
                    @if report.subject.strict { "It counts as a failure in this run." }
                    @else { "It does not count as a failure." }
                }
                @for finding in should { (failure(report, finding)) }
            }
        }
    }
}

fn failure(report: &Report, finding: &Finding) -> Markup {
    let check = &finding.check;
    let following = report.following(finding);
    let (_, class) = super::kind(&finding.outcome, check.level);
    html! {
        article class={ "failure " (class) } id=(check.full_id()) {
            header {
                (pill(&finding.outcome, check.level))
                a.id href={ "#" (check.full_id()) } { (check.full_id()) }
            }
            h3 { (sentence(check.sentence)) }
            @if !check.why.is_empty() { p.why { (sentence(check.why)) } }
            @if let Outcome::Failed { expected, got, .. } = &finding.outcome {
                dl.compared {
                    div { dt { "Expected" } dd { (visible::lines(expected)) } }
                    div.got { dt { "Got" } dd { (visible::lines(got)) } }
                }
            }
            p.section {
                @match check.level {
                    Level::Must => "This check must hold. ",
                    Level::Should => "This check should hold. ",
                }
                "Source: " cite { (check.section) }
            }
            @for shown in finding.evidence() { (exchange(shown)) }
            (exchanges(finding))
            @if !following.is_empty() {
                details {
                    summary { (checks(following.len())) " more failed for the same reason" }
                    ul { @for other in following { li { (link(&other.check)) } } }
                }
            }
        }
    }
}

/// The id of a check as a link to it, and what must hold.
fn link(check: &Check) -> Markup {
    html! {
        a.id href={ "#" (check.full_id()) } { (check.full_id()) }
        " " (sentence(check.sentence))
    }
}

/// What was sent and received, collapsed.
pub(super) fn exchanges(finding: &Finding) -> Markup {
    let count = finding.exchanges.len() + finding.exchanges_left_out;
    html! {
        @if let Some((first, others)) = finding.exchanges.split_first() {
            details {
                summary {
                    "What was sent and received"
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

fn exchange(exchange: &RecordedExchange) -> Markup {
    html! {
        div.exchange.failed[exchange.role == Some(Role::Guilty)].guilty[exchange.role == Some(Role::Guilty)] {
            @if let Some(role) = exchange.role { p { strong { (role.says()) } } }
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

pub(super) fn show_skipped(report: &Report) -> Markup {
    let not_run = "These checks did not run to their end, so they say nothing about the endpoint.";
    let not_observed = "The answers were right, but the checks could not see their effect.";
    let parts = [
        ("not-run", "Not run", not_run, report.not_run()),
        (
            "not-observed",
            "Not observed",
            not_observed,
            report.not_observed(),
        ),
    ];
    html! {
        @for (id, title, text, reasons) in parts.iter().filter(|(.., reasons)| !reasons.is_empty()) {
            section id=(id) {
                h2 { (title) }
                p { (text) }
                @for reason in reasons { (group(reason)) }
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
                    li { (link(&finding.check)) }
                }
            }
        }
    }
}

/// A table of chapters and methods with the numbers of checks.
pub(super) fn show_overview(report: &Report) -> Markup {
    let chapters = report.chapters();
    let mut methods = Vec::new();
    for chapter in &chapters {
        if !methods.contains(&chapter.method) {
            methods.push(chapter.method);
        }
    }
    let groups = Group::ALL.into_iter();
    let groups = groups.filter(|group| chapters.iter().any(|it| it.group == *group));
    html! {
        section #overview {
            h2 { "Overview" }
            div.wide tabindex="0" role="region" aria-label="Overview" {
                table.overview {
                    thead {
                        tr {
                            th scope="col" { "Chapter" }
                            @for method in &methods { th scope="col" { (method.unwrap_or("any method")) } }
                        }
                    }
                    tbody {
                        @for group in groups {
                            tr {
                                th scope="row" { (group.title()) }
                                @for method in &methods {
                                    td {
                                        @if let Some(chapter) = chapters.iter().find(|it| it.group == group && it.method == *method) {
                                            a href={ "#" (anchor(chapter)) } { (counts(chapter.summary())) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn counts(summary: Summary) -> Markup {
    let parts = [
        ("failed", summary.failed, "failed"),
        ("follows", summary.follow, "follow from another"),
        ("advice", summary.failed_should, "not as advised"),
        ("passed", summary.passed, "passed"),
        ("not-run", summary.not_run, "not run"),
        ("unobserved", summary.not_observed, "not observed"),
    ];
    html! {
        @for (class, count, word) in parts.into_iter().filter(|part| part.1 > 0) {
            span class={ "count " (class) } title={ (count) " " (word) } {
                span aria-hidden="true" { (super::sign(class)) } " " (count)
                span.unshown { " " (word) }
            }
        }
    }
}

pub(super) fn show_chapters(report: &Report) -> Markup {
    html! {
        section #chapters {
            h2 { "Every check" }
            @for chapter in report.chapters() { (table(&chapter)) }
        }
    }
}

fn anchor(chapter: &Chapter<'_>) -> String {
    let word = |text: &str| text.to_lowercase().replace(' ', "-");
    format!(
        "{}-{}",
        word(chapter.of_method()),
        word(chapter.group.title())
    )
}

fn table(chapter: &Chapter<'_>) -> Markup {
    html! {
        table.checks id=(anchor(chapter)) {
            caption {
                h3 { (chapter.group.title()) span.method { (chapter.of_method()) } }
                (counts(chapter.summary()))
            }
            thead {
                tr { th scope="col" { "Outcome" } th scope="col" { "Check" } th scope="col" { "Written in" } }
            }
            tbody {
                @for finding in &chapter.findings { (row(finding)) }
            }
        }
    }
}

fn row(finding: &Finding) -> Markup {
    let check = &finding.check;
    let id = check.full_id();
    let failed = matches!(finding.outcome, Outcome::Failed { follows: None, .. });
    // A failed check has its anchor above, where it is shown in full.
    let anchor = (!failed).then_some(&id);
    let (_, class) = kind(&finding.outcome, check.level);
    html! {
        tr id=[anchor] class=(class) {
            td { (pill(&finding.outcome, check.level)) }
            td {
                p { (sentence(check.sentence)) }
                a.id href={ "#" (id) } { (check.id) }
                " " small { (check.level.word()) @if !finding.exchanges.is_empty() { " · " (time(finding.took)) } }
                @match &finding.outcome {
                    Outcome::NotRun { .. } => p.reason { a href="#not-run" { "Why not" } },
                    Outcome::NotObserved { .. } => p.reason { a href="#not-observed" { "Why not" } },
                    Outcome::Failed { follows: Some(root), .. } => p.reason { "Follows from " a href={ "#" (root) } { (root) } },
                    Outcome::Passed | Outcome::Failed { .. } => {}
                }
                @if failed { p.reason { a href={ "#" (id) } { "What was expected, and what came" } } }
                @else { (exchanges(finding)) }
            }
            td { (check.section) }
        }
    }
}
