//! The report for people: one file without scripts, which needs no network, on a screen, a phone and paper.

mod chapters;
mod failures;
mod head;
mod skipped;

use std::time::Duration;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use crate::outcome::Outcome;
use crate::row::Level;

/// Ours, and without anything of the report in it: a style sheet is not escaped.
const STYLE: &str = include_str!("report.css");
/// Whatever stands in the page, it loads nothing and runs nothing.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

impl Report {
    /// As one HTML file.
    #[must_use]
    pub fn to_html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { "Conformance of " (self.subject.endpoint()) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    (head::show(self))
                    main {
                        (failures::show(self))
                        (chapters::overview(self))
                        (skipped::show(self))
                        (chapters::show(self))
                    }
                    (foot(self))
                }
            }
        };
        page.into_string()
    }
}

fn foot(report: &Report) -> Markup {
    html! {
        footer {
            p {
                strong { "What this report is. " }
                "A program sent requests to the endpoint as the platform would, and compared the answers with the payment \
                 methods' documents. It tells what was seen from outside, on that day. What was not run or not observed \
                 is not proven, and is never counted as passed."
            }
            p {
                strong { "Must" } " is what a document demands, or what loses money or security where it does not hold. "
                strong { "Should" } " is advice where the documents are silent"
                @if report.subject.strict { "; this endpoint is held to it" }
                ". Secrets and signatures are cut from everything that is shown, and long texts end in “…”."
            }
            p { "jetpay conformance " (report.subject.version) }
        }
    }
}

/// The word for an outcome, and the class of its colours.
fn kind(outcome: &Outcome, level: Level) -> (&'static str, &'static str) {
    match (outcome, level) {
        (Outcome::Passed, _) => ("passed", "passed"),
        (Outcome::Failed { .. }, Level::Must) => ("failed", "failed"),
        (Outcome::Failed { .. }, Level::Should) => ("not as advised", "advice"),
        (Outcome::NotRun { .. }, _) => ("not run", "not-run"),
        (Outcome::NotObserved { .. }, _) => ("not observed", "unseen"),
    }
}

fn sign(class: &str) -> &'static str {
    match class {
        "passed" => "✓",
        "failed" => "✗",
        "advice" => "!",
        "not-run" => "–",
        _ => "?",
    }
}

fn pill(outcome: &Outcome, level: Level) -> Markup {
    let (word, class) = kind(outcome, level);
    html! { span class={ "pill " (class) } { span aria-hidden="true" { (sign(class)) } " " (word) } }
}

/// `840 ms`, `3.2 s`.
fn time(took: Duration) -> String {
    match (took.as_secs(), took.subsec_millis() / 100) {
        (0, _) => format!("{} ms", took.as_millis()),
        (seconds, 0) => format!("{seconds} s"),
        (seconds, tenths) => format!("{seconds}.{tenths} s"),
    }
}

/// A text of ours that begins in a small letter, as a sentence; what stands in backticks in it is code.
fn sentence(text: &str) -> Markup {
    let first_word = text.split(' ').next().unwrap_or_default();
    // Fields and messages keep their small letters.
    let is_word = first_word.chars().all(char::is_alphabetic);
    let mut letters = text.chars();
    let first = letters.next().filter(|_| is_word);
    let text = first.map_or_else(
        || text.to_owned(),
        |first| first.to_uppercase().to_string() + letters.as_str(),
    );
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
        @if !text.ends_with(['.', '?', '!']) { "." }
    }
}

#[cfg(test)]
mod tests;
