//! The lines of a report: every check on one line, chapter by chapter, and each failure in full.

use std::fmt;

use super::{BAD, NAME, beside_name, cut, hanging, mark};
use crate::RecordedExchange;
use crate::check::{Finding, Outcome};
use crate::report::chapters::{Chapter, checks};
use crate::report::{Report, visible};

/// The columns before an id: two of indentation, a mark, a space.
const BEFORE: usize = 4;
/// A sentence with less room than this goes below the id.
const ROOM: usize = 40;

pub(super) fn write_table(
    f: &mut fmt::Formatter<'_>,
    report: &Report,
    width: usize,
) -> fmt::Result {
    let subject = &report.subject;
    let (version, endpoint) = (subject.version, subject.endpoint());
    let what = format!("jetpay-conformance {version} of {endpoint}");
    write!(f, "{NAME}{}{NAME:#}", hanging(&what, "  ", width))?;
    for note in &subject.notes {
        let note = format!("note: {}", visible::line(note));
        f.write_str(&hanging(&note, "  ", width))?;
    }
    let ids = report.findings.iter().map(|finding| finding.check.id.len());
    let ids = ids.max().unwrap_or(0);
    report
        .chapters()
        .iter()
        .try_for_each(|chapter| write_chapter(f, chapter, ids, width))
}

fn write_chapter(
    f: &mut fmt::Formatter<'_>,
    chapter: &Chapter<'_>,
    ids: usize,
    width: usize,
) -> fmt::Result {
    let passed = chapter.summary().passed;
    let of = chapter.findings.len();
    let title = format!("{}, {passed} of {of} passed", chapter.title());
    write!(f, "\n{NAME}{}{NAME:#}", hanging(&title, "  ", width))?;
    let beside = BEFORE + ids + 2 + ROOM <= width;
    for finding in &chapter.findings {
        let check = &finding.check;
        let (mark, style) = mark(&finding.outcome, check.level);
        write!(f, "  {style}{mark}{style:#} ")?;
        let begin = BEFORE + ids + 2;
        if beside {
            let sentence = beside_name(check.sentence, begin, width);
            write!(f, "{NAME}{:ids$}{NAME:#}  {sentence}", check.id)?;
        } else {
            writeln!(f, "{NAME}{}{NAME:#}", check.id)?;
            let indent = " ".repeat(BEFORE);
            let sentence = format!("{indent}{}", check.sentence);
            f.write_str(&hanging(&sentence, &indent, width))?;
        }
    }
    Ok(())
}

/// The column of the values of a failure; their names are before it.
const VALUE: usize = 12;

pub(super) fn write_failure(
    f: &mut fmt::Formatter<'_>,
    report: &Report,
    finding: &Finding,
    width: usize,
) -> fmt::Result {
    let Outcome::Failed { expected, got, .. } = &finding.outcome else {
        return Ok(());
    };
    let check = &finding.check;
    let (mark, style) = mark(&finding.outcome, check.level);
    let title = format!("{mark} {} {} hold", check.full_id(), check.level.word());
    write!(f, "\n{style}{}{style:#}", hanging(&title, "  ", width))?;
    let indent = "  ";
    let sentence = format!("{indent}{}", check.sentence);
    write!(f, "{NAME}{}{NAME:#}", hanging(&sentence, indent, width))?;
    for (name, text) in [
        ("why", check.why),
        ("section", check.section),
        ("expected", expected),
        ("got", got),
    ] {
        if !text.is_empty() {
            write_value(f, name, text, width)?;
        }
    }
    if let [guilty, observed @ ..] = finding.evidence() {
        short(f, guilty, width)?;
        if let Some(last) = observed.last() {
            writeln!(f, "  {:9} {}", "observed", cut(&last.got, width - VALUE))?;
        }
    }
    let following = report.following(finding);
    if following.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = following.iter().map(|it| it.check.full_id()).collect();
    let (count, ids) = (checks(ids.len()), ids.join(", "));
    let all = format!("{count} more, which follow from this one: {ids}");
    write_value(f, "so fail", &all, width)
}

/// The guilty exchange, each part on one line.
fn short(f: &mut fmt::Formatter<'_>, exchange: &RecordedExchange, width: usize) -> fmt::Result {
    let answered = match exchange.status {
        Some(status) => format!("{status} {}", exchange.got),
        None => exchange.got.clone(),
    };
    for (name, text) in [
        ("request", exchange.request.as_str()),
        ("sent", &exchange.sent),
        ("answered", &answered),
    ] {
        writeln!(f, "  {name:9} {}", cut(text, width - VALUE))?;
    }
    Ok(())
}

fn write_value(f: &mut fmt::Formatter<'_>, name: &str, text: &str, width: usize) -> fmt::Result {
    let plain = anstyle::Style::new();
    let style = if name == "got" { BAD } else { plain };
    let text = beside_name(&visible::line(text), VALUE, width);
    write!(f, "  {name:9} {style}{text}{style:#}")
}
