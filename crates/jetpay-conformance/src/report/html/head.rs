//! The head of the page: what was checked, how, and the result.

use maud::{Markup, html};

use super::{sign, time};
use crate::report::{Report, Verdict, visible};

pub(super) fn show(report: &Report) -> Markup {
    html! {
        header {
            p.kicker { "JetPay conformance report" }
            h1 { (report.subject.endpoint()) }
            (verdict(report))
            @for note in &report.subject.notes { p.note { (visible::line(note)) } }
            (numbers(report))
            (facts(report))
        }
    }
}

fn verdict(report: &Report) -> Markup {
    let class = match report.verdict() {
        Verdict::Fails(_) | Verdict::FailsStrictly(_) => "failed",
        Verdict::NotObserved(_) => "advice",
        Verdict::Holds | Verdict::HoldsInPart => "passed",
        Verdict::NothingKnown => "unobserved",
    };
    html! {
        p class={ "verdict " (class) } {
            span aria-hidden="true" { (sign(class)) }
            strong { (report.verdict()) }
        }
        @if let Some(why) = report.exactly_once().filter(|_| class == "failed") { p.note { (why) } }
    }
}

/// The counts as numbers and as a bar.
fn numbers(report: &Report) -> Markup {
    let summary = report.summary();
    let parts = [
        ("passed", summary.passed, "passed", "#chapters"),
        ("failed", summary.failed, "failed", "#failed"),
        ("follows", summary.follow, "follow from these", "#failed"),
        ("advice", summary.failed_should, "not as advised", "#advice"),
        ("not-run", summary.not_run, "not run", "#not-run"),
        (
            "unobserved",
            summary.not_observed,
            "not observed",
            "#not-observed",
        ),
    ];
    html! {
        div.bar role="img" aria-label=(summary) {
            @for (class, count, ..) in parts.iter().filter(|part| part.1 > 0) {
                span class=(class) style={ "flex-grow:" (count) } {}
            }
        }
        ul.numbers {
            @for (class, count, word, place) in parts {
                li class=(class) {
                    @if count > 0 { a href=(place) { b { (sign(class)) " " (count) } " " (word) } }
                    @else { span { b { "0" } " " (word) } }
                }
            }
        }
    }
}

fn facts(report: &Report) -> Markup {
    let subject = &report.subject;
    let list = |items: &[String]| items.join(", ");
    let projects: Vec<String> = subject.projects.iter().map(u64::to_string).collect();
    let other_urls: Vec<String> = subject
        .callback_urls
        .iter()
        .filter(|url| **url != subject.url)
        .map(|url| visible::line(url))
        .collect();
    let name = yes(projects.len() == 1, "Project", "Projects");
    let successes = yes(
        subject.credits,
        "sent; they credit the customer",
        "not sent",
    );
    let money = yes(subject.observed, "observed", "not observed");
    let silence = match (subject.exact, subject.strict) {
        (true, _) => "must equal the service jetpay",
        (false, strict) => yes(strict, "advice counts", "advice only"),
    };
    let facts = [
        ("Methods", subject.methods.join(", ")),
        (name, list(&projects)),
        ("Currency", subject.currency.clone()),
        ("Callbacks also to", list(&other_urls)),
        ("Successes", successes.to_owned()),
        ("The money", money.to_owned()),
        ("Where documents say nothing", silence.to_owned()),
        ("An answer may take", time(subject.time_limit_ms)),
        ("Began", began(&subject.began)),
        ("Took", time(subject.took_ms)),
    ];
    html! {
        dl.facts {
            @for (name, fact) in facts.iter().filter(|fact| !fact.1.is_empty()) {
                div { dt { (name) } dd { (fact) } }
            }
        }
    }
}

const fn yes(is: bool, yes: &'static str, no: &'static str) -> &'static str {
    if is { yes } else { no }
}

/// `2022-03-25 11:08:45 UTC`.
fn began(began: &str) -> String {
    let utc = began.strip_suffix("+0000");
    utc.map_or_else(
        || began.to_owned(),
        |utc| format!("{} UTC", utc.replace('T', " ")),
    )
}
