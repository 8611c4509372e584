//! The report as `JUnit`'s XML, which continuous integration shows: a suite per method and chapter, a case per check.

mod case;

use std::io;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};

use super::chapters::Chapter;
use super::{Report, Subject, Summary, visible};

type Xml = Writer<Vec<u8>>;

impl Report {
    /// As `JUnit`'s XML. A failed check that should hold is a failure when the target is held strictly; otherwise its
    /// case passes, and says what was found in `system-out`. What was not run or not observed is skipped.
    ///
    /// # Panics
    /// Never: memory takes what is written.
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
        let [tests, failures, errors, skipped] = self.counts(self.summary());
        let time = seconds(self.subject.took_ms);
        xml.create_element("testsuites")
            .with_attributes([
                ("name", "jetpay conformance"),
                ("tests", &tests),
                ("failures", &failures),
                ("errors", &errors),
                ("skipped", &skipped),
                ("time", &time),
            ])
            .write_inner_content(|xml| {
                let mut chapters = self.chapters().into_iter();
                chapters.try_for_each(|chapter| self.suite(xml, &chapter))
            })?;
        Ok(())
    }

    fn suite(&self, xml: &mut Xml, chapter: &Chapter<'_>) -> io::Result<()> {
        let [tests, failures, errors, skipped] = self.counts(chapter.summary());
        let took = chapter.findings.iter().map(|finding| finding.took).sum();
        xml.create_element("testsuite")
            .with_attributes([
                ("name", chapter.title().as_str()),
                ("tests", &tests),
                ("failures", &failures),
                ("errors", &errors),
                ("skipped", &skipped),
                ("time", &seconds(took)),
                ("timestamp", timestamp(&self.subject.began)),
            ])
            .write_inner_content(|xml| {
                properties(xml, &self.subject)?;
                let mut findings = chapter.findings.iter();
                findings.try_for_each(|finding| case::write(xml, self, chapter, finding))
            })?;
        Ok(())
    }

    /// Tests, failures, errors and skipped ones, in the order of the attributes.
    fn counts(&self, summary: Summary) -> [String; 4] {
        let advice = if self.subject.strict {
            summary.failed_should
        } else {
            0
        };
        let failures = summary.failed + advice;
        let skipped = summary.not_run + summary.not_observed;
        [summary.total(), failures, 0, skipped].map(|count| count.to_string())
    }
}

fn properties(xml: &mut Xml, subject: &Subject) -> io::Result<()> {
    let projects: Vec<String> = subject.projects.iter().map(u64::to_string).collect();
    let properties = [
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

/// The schema of `JUnit`'s XML knows no zone.
fn timestamp(began: &str) -> &str {
    began.get(..19).unwrap_or(began)
}

#[cfg(test)]
mod tests;
