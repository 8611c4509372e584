//! The report as `JUnit` XML, which CI systems show: a suite for each method and chapter, a case for each check.

use std::io;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::ElementWriter;

use super::chapters::Chapter;
use super::{Report, Summary, visible};
use crate::check::{Finding, Outcome};
use crate::row::Level;

type Xml = Writer<Vec<u8>>;

impl Report {
    /// The report as `JUnit` XML. A failed check that should hold is a failure if the target is strict. Otherwise its
    /// case passes and has its details in `system-out`. Checks that were not run, not observed,
    /// or follow from another failure are skipped.
    ///
    /// # Panics
    /// Never: memory accepts what is written.
    #[must_use]
    pub fn to_junit(&self) -> String {
        let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
        self.write_junit(&mut xml)
            .expect("memory takes what is written");
        let mut text = String::from_utf8(xml.into_inner()).expect("all that was written is UTF-8");
        text.push('\n');
        text
    }

    fn write_junit(&self, xml: &mut Xml) -> io::Result<()> {
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let counts = self.counts(self.summary());
        xml.create_element("testsuites")
            .with_attribute(("name", "jetpay-conformance"))
            .with_attributes(counts.iter().map(|(name, count)| (*name, count.as_str())))
            .with_attribute(("time", seconds(self.subject.took_ms).as_str()))
            .write_inner_content(|xml| {
                let mut chapters = self.chapters().into_iter();
                chapters.try_for_each(|chapter| self.suite(xml, &chapter))
            })?;
        Ok(())
    }

    fn suite(&self, xml: &mut Xml, chapter: &Chapter<'_>) -> io::Result<()> {
        let counts = self.counts(chapter.summary());
        let took = chapter.findings.iter().map(|finding| finding.took).sum();
        xml.create_element("testsuite")
            .with_attribute(("name", chapter.title().as_str()))
            .with_attributes(counts.iter().map(|(name, count)| (*name, count.as_str())))
            .with_attribute(("time", seconds(took).as_str()))
            .with_attribute(("timestamp", timestamp(&self.subject.began)))
            .write_inner_content(|xml| {
                properties(xml, self)?;
                let mut findings = chapter.findings.iter();
                findings.try_for_each(|finding| write_case(xml, self, chapter, finding))
            })?;
        Ok(())
    }

    /// The attributes with the numbers of tests.
    fn counts(&self, summary: Summary) -> [(&'static str, String); 4] {
        let advice = if self.subject.strict {
            summary.failed_should
        } else {
            0
        };
        let failures = summary.failed + advice;
        let skipped = summary.not_run + summary.not_observed + summary.follow;
        [
            ("tests", summary.total()),
            ("failures", failures),
            ("errors", 0),
            ("skipped", skipped),
        ]
        .map(|(name, count)| (name, count.to_string()))
    }
}

fn properties(xml: &mut Xml, report: &Report) -> io::Result<()> {
    let subject = &report.subject;
    let projects: Vec<String> = subject.projects.iter().map(u64::to_string).collect();
    let properties = [
        ("verdict", report.verdict().to_string()),
        ("version", subject.version.to_owned()),
        ("url", subject.url.clone()),
        ("callback_urls", subject.callback_urls.join(" ")),
        ("methods", subject.methods.join(" ")),
        ("projects", projects.join(" ")),
        ("currency", subject.currency.clone()),
        ("credits", subject.credits.to_string()),
        ("observed", subject.observed.to_string()),
        ("strict", subject.strict.to_string()),
        ("exact", subject.exact.to_string()),
        ("notes", subject.notes.join(" ")),
    ];
    xml.create_element("properties")
        .write_inner_content(|xml| {
            for (name, value) in &properties {
                let property = xml.create_element("property");
                let property = property.with_attribute(("name", *name));
                property
                    .with_attribute(("value", visible::line(value).as_str()))
                    .write_empty()?;
            }
            Ok(())
        })?;
    Ok(())
}

/// Seconds with three decimals.
fn seconds(took: Duration) -> String {
    format!("{}.{:03}", took.as_secs(), took.subsec_millis())
}

/// The schema of `JUnit` XML has no time zone.
fn timestamp(began: &str) -> &str {
    began.get(..19).unwrap_or(began)
}

fn write_case(
    xml: &mut Xml,
    report: &Report,
    chapter: &Chapter<'_>,
    finding: &Finding,
) -> io::Result<()> {
    let check = &finding.check;
    let class = format!("{}.{}", chapter.of_method(), chapter.group.title());
    let name = format!("{}: {}", check.id, check.sentence);
    let case = xml.create_element("testcase").with_attributes([
        ("classname", class.as_str()),
        ("name", &name),
        ("time", &seconds(finding.took)),
    ]);
    match &finding.outcome {
        Outcome::Passed => case.write_empty()?,
        Outcome::Failed {
            follows: Some(root),
            ..
        } => {
            let id = check.full_id();
            skipped(case, &format!("{id} failed, which follows from {root}"))?
        }
        Outcome::Failed { expected, got, .. } => {
            let message = visible::line(&format!("expected {expected}, got {got}"));
            let counts = report.subject.strict || check.level == Level::Must;
            let text = BytesText::new(&describe(finding)).into_owned();
            case.write_inner_content(|xml| {
                if counts {
                    let failure = xml.create_element("failure");
                    let failure = failure.with_attribute(("type", check.level.word()));
                    let failure = failure.with_attribute(("message", message.as_str()));
                    failure.write_text_content(text)?;
                } else {
                    xml.create_element("system-out").write_text_content(text)?;
                }
                Ok(())
            })?
        }
        Outcome::NotRun { why } => skipped(case, &format!("not run: {why}"))?,
        Outcome::NotObserved { why } => skipped(case, &format!("not observed: {why}"))?,
    };
    Ok(())
}

fn skipped<'a>(case: ElementWriter<'a, Vec<u8>>, message: &str) -> io::Result<&'a mut Xml> {
    let message = visible::line(message);
    case.write_inner_content(|xml| {
        let skipped = xml.create_element("skipped");
        skipped
            .with_attribute(("message", message.as_str()))
            .write_empty()?;
        Ok(())
    })
}

/// The details of a failure, below its message.
fn describe(finding: &Finding) -> String {
    let check = &finding.check;
    let (id, word) = (check.full_id(), check.level.word());
    let mut lines = vec![
        format!("{id} {word} hold: {}", check.sentence),
        format!("section: {}", check.section),
    ];
    if !check.why.is_empty() {
        lines.push(format!("why: {}", check.why));
    }
    if let Outcome::Failed { expected, got, .. } = &finding.outcome {
        lines.push(format!("expected: {}", visible::lines(expected)));
        lines.push(format!("got: {}", visible::lines(got)));
    }
    for exchange in &finding.exchanges {
        let status = exchange
            .status
            .map_or("no answer".to_owned(), |it| format!("HTTP {it}"));
        lines.push(String::new());
        lines.extend(exchange.role.map(|role| format!("{}:", role.says())));
        lines.push(visible::line(&exchange.request));
        lines.push(visible::lines(&exchange.sent));
        lines.push(format!("→ {status}, {} ms", exchange.took_ms.as_millis()));
        lines.push(visible::lines(&exchange.got));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::super::sample;
    use super::*;

    fn children<'a>(node: Node<'a, 'a>, name: &str) -> Vec<Node<'a, 'a>> {
        let children = node.children().filter(Node::is_element);
        children.filter(|it| it.has_tag_name(name)).collect()
    }

    fn number(node: Node<'_, '_>, name: &str) -> usize {
        node.attribute(name).unwrap().parse().unwrap()
    }

    /// The rules of the `JUnit` schema that a report can break.
    fn judge(xml: &str) {
        let document = Document::parse(xml).unwrap();
        let root = document.root_element();
        assert!(root.has_tag_name("testsuites"));
        let suites = children(root, "testsuite");
        for count in ["tests", "failures", "errors", "skipped"] {
            let sum: usize = suites.iter().map(|it| number(*it, count)).sum();
            assert_eq!(number(root, count), sum, "{count}");
        }
        for suite in suites {
            let names: Vec<&str> = suite
                .children()
                .filter(Node::is_element)
                .map(|it| it.tag_name().name())
                .collect();
            assert_eq!(names[0], "properties");
            let cases_follow = names[1..].iter().all(|name| *name == "testcase");
            assert!(cases_follow, "{names:?}");
            let timestamp = suite.attribute("timestamp").unwrap();
            assert_eq!(timestamp.len(), "2022-03-25T11:08:45".len());
            let cases = children(suite, "testcase");
            let of = |name| {
                cases
                    .iter()
                    .filter(|it| !children(**it, name).is_empty())
                    .count()
            };
            assert_eq!(number(suite, "tests"), cases.len());
            assert_eq!(number(suite, "failures"), of("failure"));
            assert_eq!(number(suite, "skipped"), of("skipped"));
            for case in cases {
                let (_, decimals) = case.attribute("time").unwrap().split_once('.').unwrap();
                assert_eq!(decimals.len(), 3);
                assert!(case.attribute("name").is_some() && case.attribute("classname").is_some());
            }
        }
    }

    #[test]
    fn report_is_written_with_every_outcome() {
        let xml = sample::report().to_junit();
        judge(&xml);
        insta::assert_snapshot!(xml);
    }

    #[test]
    fn advice_is_a_failure_only_when_the_target_is_strict() {
        let mut report = sample::report();
        let failures = |report: &Report| {
            let xml = report.to_junit();
            judge(&xml);
            let document = Document::parse(&xml).unwrap();
            number(document.root_element(), "failures")
        };
        assert_eq!(failures(&report), 1);
        report.subject.strict = true;
        assert_eq!(failures(&report), 2);
    }

    #[test]
    fn text_of_the_endpoint_comes_back_as_text() {
        let xml = sample::report().to_junit();
        let document = Document::parse(&xml).unwrap();
        let failure = document.descendants().find(|it| it.has_tag_name("failure"));
        let shown = visible::line(sample::HOSTILE);
        assert!(
            shown.contains("<script>") && shown.contains("\\u{0}"),
            "{shown}"
        );
        let failure = failure.unwrap();
        assert!(failure.attribute("message").unwrap().contains(&shown));
        assert!(failure.text().unwrap().contains(&shown));
        assert!(!document.descendants().any(|it| it.has_tag_name("script")));
    }
}
