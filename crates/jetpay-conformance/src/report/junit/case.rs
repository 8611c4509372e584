//! A check as a case.

use std::io;

use quick_xml::events::BytesText;
use quick_xml::writer::ElementWriter;

use super::{Xml, seconds};
use crate::check::Finding;
use crate::outcome::Outcome;
use crate::report::chapters::Chapter;
use crate::report::{Report, visible};
use crate::row::Level;

pub(super) fn write(
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
        Outcome::Failed { expected, got } => {
            let message = visible::line(&format!("expected {expected}, got {got}"));
            let counts = report.subject.strict || check.level == Level::Must;
            let text = BytesText::new(&told(finding)).into_owned();
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

/// What a failure says below its message.
fn told(finding: &Finding) -> String {
    let check = &finding.check;
    let mut lines = vec![
        format!(
            "{} {} hold: {}",
            check.full_id(),
            check.level.word(),
            check.sentence
        ),
        format!("section: {}", check.section),
    ];
    if !check.why.is_empty() {
        lines.push(format!("why: {}", check.why));
    }
    if let Outcome::Failed { expected, got } = &finding.outcome {
        lines.push(format!("expected: {}", visible::lines(expected)));
        lines.push(format!("got: {}", visible::lines(got)));
    }
    for exchange in &finding.exchanges {
        let status = exchange
            .status
            .map_or("no answer".to_owned(), |it| format!("HTTP {it}"));
        lines.push(String::new());
        lines.push(visible::line(&exchange.request));
        lines.push(visible::lines(&exchange.sent));
        lines.push(format!("→ {status}, {} ms", exchange.took_ms.as_millis()));
        lines.push(visible::lines(&exchange.got));
    }
    lines.join("\n")
}
