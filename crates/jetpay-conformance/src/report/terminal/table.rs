//! Every check on a line, chapter by chapter.

use std::fmt;

use super::{NAME, beside_name, hanging, mark};
use crate::report::chapters::Chapter;
use crate::report::{Report, visible};

/// Columns before an id: two of indentation, a mark, a space.
const BEFORE: usize = 4;
/// A sentence that has less room than this goes below the id.
const ROOM: usize = 40;

pub(super) fn write(f: &mut fmt::Formatter<'_>, report: &Report, width: usize) -> fmt::Result {
    let subject = &report.subject;
    let what = format!(
        "jetpay conformance {} of {}",
        subject.version,
        subject.endpoint()
    );
    write!(f, "{NAME}{}{NAME:#}", hanging(&what, "  ", width))?;
    for note in &subject.notes {
        f.write_str(&hanging(
            &format!("note: {}", visible::line(note)),
            "  ",
            width,
        ))?;
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
