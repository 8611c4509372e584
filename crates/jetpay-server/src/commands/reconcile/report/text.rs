//! A reconciliation as text for a terminal.

use std::fmt::Write;

use jetpay_platform::visible;

use super::super::borders::Zone;
use super::super::words;
use super::cells::{self, Cells};
use crate::commands::table::{aligned, cut};
use crate::reconcile::text::{ENGLISH, advice, meaning};
use crate::reconcile::view::RunView;

/// Results of one kind that the text lists at most.
const MAX_LISTED: usize = 50;

/// The text. Texts of others cannot control the terminal.
pub(in crate::commands::reconcile) fn render(run: &RunView, zone: &Zone) -> String {
    let head = cells::head(run, zone).into_iter();
    let head = head.map(|(name, value)| vec![name.to_owned(), value]);
    let mut text = aligned(&safe(head.collect()));
    text += &section("", &cells::counts(&run.counts));
    text += &section("Sums", &cells::sums(&run.sums));
    for (kind, results) in cells::groups(run) {
        let listed = &results[..results.len().min(MAX_LISTED)];
        let title = format!("{kind}: {}", meaning(ENGLISH, kind));
        text += &section(&title, &cells::results(listed, run, zone));
        if results.len() > MAX_LISTED {
            let more = results.len() - MAX_LISTED;
            let _ = writeln!(
                text,
                "and {more} more: --report FILE.html and --json have all"
            );
        }
        if let Some(advice) = advice(ENGLISH, kind) {
            let _ = writeln!(text, "{advice}");
        }
        for command in words::commands(kind, &results, &run.sums) {
            let _ = writeln!(text, "  {command}");
        }
    }
    format!("{text}\n{}\n", cells::verdict(run))
}

/// A table below its title; nothing when it has no rows.
fn section(title: &str, cells: &Cells) -> String {
    if cells.rows.is_empty() {
        return String::new();
    }
    let title = if title.is_empty() {
        String::new()
    } else {
        format!("{title}\n")
    };
    let headings = cells.headings.iter().map(ToString::to_string).collect();
    let lines = [vec![headings], cells.rows.clone()].concat();
    format!("\n{title}{}", aligned(&safe(lines)))
}

fn safe(lines: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let safe = |cell: String| cut(visible::line(&cell));
    let safe = |line: Vec<String>| line.into_iter().map(safe).collect();
    lines.into_iter().map(safe).collect()
}
