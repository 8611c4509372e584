//! `cargo xtask docs`: the page of the checks, which is made from the code and so agrees with it.

mod links;

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result, bail, ensure};
use jetpay_conformance::{Entry, Group, Level, Need, Source, catalogue, resolve_alarms};
use jetpay_platform::METHODS;

use crate::{files, shell};

/// The template of the page of the checks.
const CONFORMANCE: &str = include_str!("conformance.md");

#[derive(Default, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing, and fail when a page differs from the code
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let path = shell::root().join("docs/conformance.md");
    let page = fill(CONFORMANCE, &catalogue().collect::<Vec<_>>())?;
    let name = "docs/conformance.md";
    if arguments.check {
        let is = files::read(&path)?;
        // A checkout may have other line breaks.
        if is.replace("\r\n", "\n") != page {
            bail!("{name} is not what the code says: run `cargo xtask docs`");
        }
        println!("✓ {name} is what the code says");
    } else {
        fs::write(&path, page).with_context(|| format!("{name} cannot be written"))?;
        println!("✓ {name} written");
    }
    links::check()
}

/// The step of CI.
pub(crate) fn check() -> Result<()> {
    run(&Arguments { check: true })
}

/// Fills all places of the template.
fn fill(template: &str, entries: &[Entry]) -> Result<String> {
    let of_level = |level| entries.iter().filter(|it| it.level == level).count();
    let mut page = template.to_owned();
    for (place, text) in [
        ("{{count}}", entries.len().to_string()),
        ("{{must}}", of_level(Level::Must).to_string()),
        ("{{should}}", of_level(Level::Should).to_string()),
        ("{{of each method}}", of_each_method(entries)),
        ("{{headings}}", headings()),
        ("{{chapters}}", chapters(entries)),
        ("{{alarms}}", resolve_alarms()),
    ] {
        ensure!(page.contains(place), "the template has no place {place}");
        page = page.replace(place, &text);
    }
    Ok(page)
}

/// `` `kaspi` 93, `kassa24` 101 ``.
fn of_each_method(entries: &[Entry]) -> String {
    let counts = METHODS.iter().map(|method| {
        let of_it = |it: &&Entry| it.methods.is_empty() || it.methods.contains(&method.name);
        format!("`{}` {}", method.name, entries.iter().filter(of_it).count())
    });
    counts.collect::<Vec<_>>().join(", ")
}

fn chapters(entries: &[Entry]) -> String {
    let mut out = String::new();
    for group in Group::ALL {
        let entries: Vec<_> = entries.iter().filter(|it| it.group == group).collect();
        if entries.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "\n### {}\n\n| check | | what holds, and why | written in | methods and needs |\n|---|---|---|---|---|\n",
            group.title()
        );
        for entry in entries {
            out.push_str(&row(entry));
        }
    }
    out.trim().to_owned()
}

fn row(entry: &Entry) -> String {
    let what = [entry.sentence, entry.why];
    let what = what.into_iter().filter(|it| !it.is_empty()).map(sentence);
    let cells = [
        format!("`{}`", entry.id),
        entry.level.word().to_owned(),
        what.collect::<Vec<_>>().join("<br>"),
        text(source(entry.source)),
        applies(entry),
    ];
    format!("| {} |\n", cells.join(" | "))
}

fn applies(entry: &Entry) -> String {
    let methods = match entry.methods.len() {
        0 => "callbacks of any method".to_owned(),
        all if all == METHODS.len() => "all".to_owned(),
        _ => entry.methods.join(", "),
    };
    let mut cell = methods;
    for need in &entry.needs {
        cell += match need {
            Need::Credits => "; `--allow-credits`",
            Need::CallbackUrl => "; `--callback-url`",
            Need::Account => "; kassa24 with `--kassa24-answers account`",
            Need::Contracts => "; kassa24 with `--kassa24-answers contracts`",
            Need::Exact => "; `--exact`",
            _ => "",
        };
    }
    cell.replace("kassa24; kassa24 with", "kassa24 with")
}

fn source(source: Source) -> &'static str {
    match source {
        Source::Verify => "documents: `verify`",
        Source::CheckDeposit => "documents: `check_deposit`",
        Source::Callback => "documents: callback",
        Source::Other(section) => section,
        _ => "",
    }
}

/// One line for each method, with the headings of its document.
fn headings() -> String {
    let rows = METHODS.iter().map(|method| {
        let sections = method.sections;
        format!(
            "| `{}` | {} | {} | {} | {} |",
            method.name,
            method.document,
            sections.verify,
            sections.check_deposit,
            sections.callback
        )
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn sentence(words: &str) -> String {
    let first = words.split(' ').next().unwrap_or_default();
    // Names of fields and messages stay in lower case.
    let is_word = first.chars().all(char::is_alphabetic);
    let (first, rest) = words.split_at(words.chars().next().map_or(0, char::len_utf8));
    let words = if is_word {
        text(&(first.to_uppercase() + rest))
    } else {
        text(words)
    };
    let end = if words.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{words}{end}")
}

/// A text as Markdown in a table.
fn text(words: &str) -> String {
    words.replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_row_of_five_cells() {
        let entries: Vec<Entry> = catalogue().collect();
        let page = fill(CONFORMANCE, &entries).unwrap();
        for entry in &entries {
            let begin = format!("| `{}` | {} | ", entry.id, entry.level.word());
            let row = page.lines().find(|line| line.starts_with(&begin));
            let row = row.unwrap_or_else(|| panic!("no row of {}", entry.id));
            assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
        }
        assert!(!page.contains("{{"));
    }

    #[test]
    fn template_without_a_place_is_refused() {
        let error = fill("{{count}}", &[]).unwrap_err();
        assert!(error.to_string().contains("{{must}}"), "{error}");
    }
}
