//! A check that failed, in full.

use std::fmt;

use super::{BAD, NAME, beside_name, cut, hanging, mark};
use crate::Recorded;
use crate::check::Finding;
use crate::outcome::Outcome;
use crate::report::visible;

/// Names of what is told stand before this column.
const TOLD: usize = 12;

pub(super) fn write(f: &mut fmt::Formatter<'_>, finding: &Finding, width: usize) -> fmt::Result {
    let Outcome::Failed { expected, got } = &finding.outcome else {
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
            tell(f, name, text, width)?;
        }
    }
    finding
        .exchanges
        .last()
        .map_or(Ok(()), |exchange| short(f, exchange, width))
}

/// The last exchange, a line each.
fn short(f: &mut fmt::Formatter<'_>, exchange: &Recorded, width: usize) -> fmt::Result {
    let answered = match exchange.status {
        Some(status) => format!("{status} {}", exchange.got),
        None => exchange.got.clone(),
    };
    for (name, text) in [
        ("asked", exchange.request.as_str()),
        ("sent", &exchange.sent),
        ("answered", &answered),
    ] {
        writeln!(f, "  {name:9} {}", cut(text, width - TOLD))?;
    }
    Ok(())
}

fn tell(f: &mut fmt::Formatter<'_>, name: &str, text: &str, width: usize) -> fmt::Result {
    let style = if name == "got" {
        BAD
    } else {
        anstyle::Style::new()
    };
    let text = beside_name(&visible::line(text), TOLD, width);
    write!(f, "  {name:9} {style}{text}{style:#}")
}
