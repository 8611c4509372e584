//! The report as one HTML file without scripts. It needs no network, and works on a screen, on a phone and on paper.

mod findings;
mod head;

use std::time::Duration;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Report;
use crate::check::Outcome;
use crate::row::Level;

/// The style sheet, which is not escaped and so contains nothing of the report.
const STYLE: &str = include_str!("report.css");
/// The page must load nothing and run nothing, whatever it contains.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

impl Report {
    /// The report as one HTML file.
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
                        (findings::show_failures(self))
                        (findings::show_overview(self))
                        (findings::show_skipped(self))
                        (findings::show_chapters(self))
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
                "jetpay-conformance sent requests to the endpoint as the platform does, and compared the answers with the \
                 documents of the payment methods. The report shows what could be seen from outside on that day. A check that \
                 was not run or not observed proves nothing, and never counts as passed."
            }
            p {
                strong { "Must" } ": a document demands it, or money or security is lost without it. "
                strong { "Should" } ": our advice, where the documents say nothing"
                @if report.subject.strict { "; it counts in this run" }
                ". Secrets and signatures are removed from this report, and long texts end in “…”."
            }
            p { "jetpay-conformance " (report.subject.version) }
        }
    }
}

/// The word for an outcome, and its CSS class.
fn kind(outcome: &Outcome, level: Level) -> (&'static str, &'static str) {
    match (outcome, level) {
        (Outcome::Passed, _) => ("passed", "passed"),
        (
            Outcome::Failed {
                follows: Some(_), ..
            },
            _,
        ) => ("follows", "follows"),
        (Outcome::Failed { .. }, Level::Must) => ("failed", "failed"),
        (Outcome::Failed { .. }, Level::Should) => ("not as advised", "advice"),
        (Outcome::NotRun { .. }, _) => ("not run", "not-run"),
        (Outcome::NotObserved { .. }, _) => ("not observed", "unobserved"),
    }
}

fn sign(class: &str) -> &'static str {
    match class {
        "passed" => "✓",
        "failed" => "✗",
        "advice" => "!",
        "follows" => "↳",
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

/// Makes a sentence of a text that begins with a small letter. A part in backticks becomes code.
fn sentence(text: &str) -> Markup {
    let first_word = text.split(' ').next().unwrap_or_default();
    // Names of fields and messages stay in lower case.
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
mod tests {
    use roxmltree::{Document, Node, ParsingOptions};

    use super::super::sample;
    use crate::check::Outcome;

    /// The page with every element closed, as XML demands. A text that broke out of its element would break this.
    fn closed(page: &str) -> String {
        let mut parts = page.split("<meta ");
        let first = parts.next().unwrap_or_default().to_owned();
        let closed = parts.map(|part| format!("<meta {}", part.replacen('>', "/>", 1)));
        first + &closed.collect::<String>()
    }

    fn each(page: &str, mut see: impl FnMut(Node<'_, '_>)) {
        let xml = closed(page);
        let options = ParsingOptions {
            allow_dtd: true,
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(&xml, options).unwrap();
        document
            .descendants()
            .filter(Node::is_element)
            .for_each(&mut see);
    }

    #[test]
    fn text_of_the_endpoint_stays_text() {
        let page = sample::report().to_html();
        assert!(page.contains("&lt;script&gt;alert("));
        for hidden in ['\0', '\u{1b}', '\u{202e}'] {
            assert!(!page.contains(hidden), "{hidden:?}");
        }
        each(&page, |element| {
            assert!(!matches!(
                element.tag_name().name(),
                "script" | "link" | "img" | "iframe" | "form" | "base"
            ));
            for attribute in element.attributes() {
                assert!(!attribute.name().starts_with("on"), "{attribute:?}");
                if matches!(attribute.name(), "href" | "src") {
                    assert!(attribute.value().starts_with('#'), "{attribute:?}");
                }
            }
        });
    }

    #[test]
    fn every_check_has_an_anchor_and_every_link_a_target() {
        let report = sample::report();
        let page = report.to_html();
        let (mut ids, mut links) = (Vec::new(), Vec::new());
        each(&page, |element| {
            ids.extend(element.attribute("id").map(str::to_owned));
            links.extend(element.attribute("href").map(|link| link[1..].to_owned()));
        });
        for finding in &report.findings {
            assert!(
                ids.contains(&finding.check.full_id()),
                "{}",
                finding.check.full_id()
            );
        }
        for link in &links {
            assert_eq!(ids.iter().filter(|id| *id == link).count(), 1, "{link}");
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn page_shows_what_failed_and_how_to_run_the_rest() {
        let page = sample::report().to_html();
        for text in [
            "The endpoint fails 1 check that must hold.",
            "A repeated success is answered 200 and credits nothing more.",
            "A person pays, and the shop never hears of it.",
            "2 checks</b>: it sends a success",
            "--observe URL",
        ] {
            assert!(page.contains(text), "{text}");
        }
        let must = page.find("id=\"kaspi/callback-repeated\"").unwrap();
        let should = page.find("id=\"kaspi/deposit-unknown-field\"").unwrap();
        assert!(must < should);
    }

    #[test]
    fn page_without_failures_is_green_only_when_the_money_was_seen() {
        let holds = "The endpoint passes every check that must hold.";
        let unseen = "Exactly-once was not checked: no success";
        for (outcome, class, begin) in [
            (Outcome::Passed, "passed", holds),
            (sample::not_run("it sends a success"), "advice", unseen),
            (sample::not_run("needs a project"), "advice", unseen),
            (sample::not_observed("--observe URL"), "advice", unseen),
        ] {
            let mut report = sample::report();
            report.findings.truncate(4);
            report.findings.drain(1..3);
            report.findings[1].outcome = outcome;
            let page = report.to_html();
            let mut verdicts = Vec::new();
            each(&page, |it| {
                let class = it.attribute("class").unwrap_or_default();
                if let Some(class) = class.strip_prefix("verdict ") {
                    let strong = it.children().find(|it| it.has_tag_name("strong")).unwrap();
                    verdicts.push(format!("{class} {}", strong.text().unwrap()));
                }
            });
            assert_eq!(verdicts.len(), 1);
            assert!(
                verdicts[0].starts_with(&format!("{class} {begin}")),
                "{verdicts:?}"
            );
            assert!(!page.contains("What failed"));
            assert!(report.is_good());
            report.subject.require_observed = true;
            assert_eq!(report.is_good(), class == "passed");
        }
    }

    #[test]
    fn every_class_of_an_outcome_has_a_colour() {
        for class in [
            "passed",
            "failed",
            "advice",
            "follows",
            "not-run",
            "unobserved",
        ] {
            assert!(
                super::STYLE.contains(&format!(".{class} {{ --tone")),
                "{class}"
            );
        }
    }
}
