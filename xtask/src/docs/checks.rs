//! The checks as tables, chapter by chapter.

use std::fmt::Write;

use anyhow::{Result, ensure};
use jetpay_simulator::METHODS;
use jetpay_simulator::conformance::{Entry, Group, Level, Need};

/// The template with all its places filled.
pub(super) fn fill(template: &str, entries: &[Entry]) -> Result<String> {
    let of_level = |level| entries.iter().filter(|it| it.level == level).count();
    let mut page = template.to_owned();
    for (place, text) in [
        ("{{count}}", entries.len().to_string()),
        ("{{must}}", of_level(Level::Must).to_string()),
        ("{{should}}", of_level(Level::Should).to_string()),
        ("{{of each method}}", of_each_method(entries)),
        ("{{chapters}}", chapters(entries)),
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
        entry
            .sections
            .iter()
            .map(|it| text(it))
            .collect::<Vec<_>>()
            .join("<br>"),
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
    let needs = entry.needs.iter().map(|need| match need {
        Need::Credits => "`--allow-credits`",
        Need::CallbackUrl => "`--callback-url`",
        Need::Account => "of kassa24 where it is answered with the account alone",
        Need::Contracts => "of kassa24 where it is answered with contracts",
        Need::Strict => "the service `jetpay` alone",
        _ => "more",
    });
    std::iter::once(methods.as_str())
        .chain(needs)
        .collect::<Vec<_>>()
        .join("<br>")
}

fn sentence(words: &str) -> String {
    let words = text(words);
    let end = if words.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{words}{end}")
}

/// A text of ours as Markdown in a table.
fn text(words: &str) -> String {
    words.replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use jetpay_simulator::conformance::catalogue;

    use super::*;

    #[test]
    fn every_check_has_a_row_of_five_cells() {
        let entries: Vec<Entry> = catalogue().collect();
        let page = fill(super::super::CONFORMANCE, &entries).unwrap();
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
