//! All checks: an overview of the chapters, and each as a table.

use maud::{Markup, html};

use super::{failures, kind, pill, sentence, time};
use crate::check::Finding;
use crate::group::Group;
use crate::outcome::Outcome;
use crate::report::chapters::Chapter;
use crate::report::{Report, Summary};

/// Chapters down, methods across, numbers where they meet.
pub(super) fn overview(report: &Report) -> Markup {
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
        ("advice", summary.failed_should, "not as advised"),
        ("passed", summary.passed, "passed"),
        ("not-run", summary.not_run, "not run"),
        ("unseen", summary.not_observed, "not observed"),
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

pub(super) fn show(report: &Report) -> Markup {
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
    let failed = matches!(finding.outcome, Outcome::Failed { .. });
    // What failed stands above in full, and has the anchor there.
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
                    Outcome::Passed | Outcome::Failed { .. } => {}
                }
                @if failed { p.reason { a href={ "#" (id) } { "What was expected, and what came" } } }
                @else { (failures::exchanges(finding)) }
            }
            td { (check.section) }
        }
    }
}
