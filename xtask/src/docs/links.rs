//! Checks that the pages hold together: every relative link leads to a file and a heading that exist, and every path and
//! every test that a page names in a code span exists. A table below a heading that is a path lists what is in that folder.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::{files, shell};

/// The folders whose pages are checked, beside those at the root.
const FOLDERS: [&str; 3] = ["docs", "examples", "fixtures"];

/// A code span that begins so is a path. A crate's folder is named without `crates/`.
const PATHS: [&str; 8] = [
    "jetpay-",
    "crates/",
    "docs/",
    "examples/",
    "fixtures/",
    "fuzz/",
    "packaging/",
    "xtask/",
];

/// The folders whose sources have the tests that pages name.
const SOURCES: [&str; 3] = ["crates", "examples", "xtask"];

/// Fails with one line for each link, path or test that does not exist.
pub(super) fn check() -> Result<()> {
    let repository = Repository::read()?;
    let root = &repository.root;
    let mut pages: Vec<PathBuf> = fs::read_dir(root)?.flatten().map(|it| it.path()).collect();
    for folder in FOLDERS {
        pages.extend(files::below(&root.join(folder))?);
    }
    pages.retain(|page| files::has_ending(page, "md"));
    pages.sort();
    let mut problems = Vec::new();
    for page in &pages {
        let name = page.strip_prefix(root).unwrap_or(page);
        problems.extend(repository.problems_of(name, &files::read(page)?));
    }
    shell::none_of(&problems, "links, paths or tests do not exist")?;
    println!(
        "✓ the links, paths and tests that {} pages name exist",
        pages.len()
    );
    Ok(())
}

/// What a page can lead to.
struct Repository {
    root: PathBuf,
    /// All sources in one text.
    source: String,
}

impl Repository {
    fn read() -> Result<Self> {
        let root = shell::root().canonicalize()?;
        let mut source = String::new();
        for folder in SOURCES.map(|folder| root.join(folder)) {
            for file in files::below(&folder)? {
                if files::has_ending(&file, "rs") {
                    source.push_str(&files::read(&file)?);
                }
            }
        }
        Ok(Self { root, source })
    }

    /// What does not exist of all that the text of `page` leads to; `page` is a path relative to the root.
    fn problems_of(&self, page: &Path, text: &str) -> Vec<String> {
        let content = Content::of(text);
        let mut problems = Vec::new();
        for (line, target) in &content.links {
            let broken = broken(&self.root, page, &content, target);
            problems.extend(broken.map(|problem| (*line, problem)));
        }
        for (line, path) in &content.paths {
            let gone = expand(path)
                .into_iter()
                .filter(|path| !exists(&self.root, path));
            problems.extend(gone.map(|path| (*line, format!("there is no {path}"))));
        }
        for (line, test) in &content.tests {
            if !self.source.contains(test) {
                problems.push((*line, format!("there is no test {test}")));
            }
        }
        problems.sort_by_key(|(line, _)| *line);
        let place = |(line, problem)| format!("{}:{line}: {problem}", page.display());
        problems.into_iter().map(place).collect()
    }
}

/// What the checks need of a page. The numbers are lines.
#[derive(Default)]
struct Content {
    /// The anchors of the headings, as GitHub makes them.
    anchors: HashSet<String>,
    /// The targets of links.
    links: Vec<(usize, String)>,
    /// Paths in code spans, and what the first cells of a table name below a heading that is a path.
    paths: Vec<(usize, String)>,
    /// Names of tests in code spans.
    tests: Vec<(usize, String)>,
}

impl Content {
    fn of(text: &str) -> Self {
        let mut content = Self::default();
        // The text and the first code span of the heading that is read, the folder of the last one, the column of a table.
        let (mut heading, mut folder, mut column) = (None, None, 0);
        for (event, place) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = text[..place.start].matches('\n').count() + 1;
            match event {
                Event::Start(Tag::Heading { .. }) => heading = Some((String::new(), None)),
                Event::End(TagEnd::Heading(_)) => {
                    let (title, code) = heading.take().unwrap_or_default();
                    content.add_heading(&title);
                    folder = code.filter(|code: &String| is_path(code));
                }
                Event::Start(Tag::TableHead | Tag::TableRow) | Event::End(TagEnd::Table) => {
                    column = 0;
                }
                Event::Start(Tag::TableCell) => column += 1,
                Event::Start(Tag::Link { dest_url, .. }) => {
                    content.links.push((line, dest_url.into_string()));
                }
                Event::Text(text) => {
                    if let Some((title, _)) = &mut heading {
                        title.push_str(&text);
                    }
                }
                Event::Code(code) => {
                    if let Some((title, first)) = &mut heading {
                        title.push_str(&code);
                        first.get_or_insert_with(|| code.to_string());
                    }
                    if is_path(&code) {
                        content.paths.push((line, code.to_string()));
                    } else if is_test(&code) {
                        content.tests.push((line, code.to_string()));
                    }
                    if let Some(folder) = folder.as_ref().filter(|_| column == 1) {
                        content.paths.push((line, format!("{folder}/{code}")));
                    }
                }
                _ => {}
            }
        }
        content
    }

    fn add_heading(&mut self, title: &str) {
        let kept = title.trim().chars().filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            _ => letter.is_alphanumeric().then_some(letter),
        });
        let anchor: String = kept.flat_map(char::to_lowercase).collect();
        let mut again = 0;
        let mut fresh = anchor.clone();
        while !self.anchors.insert(fresh) {
            again += 1;
            fresh = format!("{anchor}-{again}");
        }
    }
}

/// Why a link leads nowhere. Links to other hosts are not followed.
fn broken(root: &Path, page: &Path, content: &Content, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    if path.is_empty() {
        let known = content.anchors.contains(anchor);
        return (!known).then(|| format!("this page has no heading #{anchor}"));
    }
    let to = root.join(page).with_file_name("").join(path).canonicalize();
    let Some(to) = to.ok().filter(|to| to.starts_with(root)) else {
        return Some(format!("there is no {path}"));
    };
    let known = || files::read(&to).is_ok_and(|text| Content::of(&text).anchors.contains(anchor));
    let is_good = anchor.is_empty() || known();
    (!is_good).then(|| format!("{path} has no heading #{anchor}"))
}

fn is_path(span: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-{},*".contains(letter);
    span.contains('/')
        && span.chars().all(plain)
        && PATHS.iter().any(|begin| span.starts_with(begin))
}

/// Five words or more, joined by `_`: the name of a test, or of something else in the sources.
fn is_test(span: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    span.split('_').count() >= 5
        && span
            .split('_')
            .all(|word| !word.is_empty() && word.chars().all(plain))
}

/// `tests/{a,b}.rs` names `tests/a.rs` and `tests/b.rs`.
fn expand(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else {
        return vec![path.to_owned()];
    };
    let Some((choices, after)) = rest.split_once('}') else {
        return vec![path.to_owned()];
    };
    let choices = choices.split(',');
    choices
        .flat_map(|choice| expand(&format!("{before}{choice}{after}")))
        .collect()
}

/// Whether a path exists. A test or module may be named without `.rs`; `*` at the end names whatever is in a folder.
fn exists(root: &Path, path: &str) -> bool {
    let path = path.trim_end_matches('*').trim_end_matches('/');
    ["", "crates"].iter().any(|folder| {
        let path = root.join(folder).join(path);
        path.exists() || path.with_extension("rs").exists()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_leads_to_and_does_not_exist_is_named_with_its_line() {
        let repository = Repository::read().unwrap();
        let gone = ["no", "test", "has", "this", "name"].join("_");
        let tests = format!("`every_planted_bug_still_applies`, `{gone}`");
        let no_test = format!("1: there is no test {gone}");
        let good = "# A page, with `code`\n\n\
            [up](../README.md), [here](#a-page-with-code),\n[there](architecture.md#code-map)\n\n\
            `xtask/src/docs/{mod,links}.rs`, `jetpay-core/src`, `jetpay-core/tests/secrets`, [out](https://example.com/a#b)\n";
        let table = "### `xtask/src`\n\n| folder | what |\n|---|---|\n| `docs`, `gone` | `elsewhere` |\n\n## More\n\n| `x` |\n";
        let fenced = "```text\n[a](gone.md)\n# Gone\n```\n\n`[a](gone.md)`";
        let (later, file) = (
            "one\n\n`code`\ntwo [gone](gone.md)",
            "`jetpay-core/src/{lib,gone}.rs`",
        );
        for (page, expected) in [
            (good, ""),
            (fenced, ""),
            (later, "4: there is no gone.md"),
            ("[out](../../x.md)", "1: there is no ../../x.md"),
            ("[a](#gone)", "1: this page has no heading #gone"),
            (
                "[b](../README.md#gone)",
                "1: ../README.md has no heading #gone",
            ),
            (file, "1: there is no jetpay-core/src/gone.rs"),
            (&tests, &no_test),
            (table, "5: there is no xtask/src/gone"),
        ] {
            let found = repository.problems_of(Path::new("docs/page.md"), page);
            let found = found.join("\n").replace("docs/page.md:", "");
            assert_eq!(found, expected, "{page}");
        }
    }

    #[test]
    fn second_heading_of_a_name_gets_a_number() {
        let anchors = Content::of("# A b\n\n## A b\n\n### `x` / y_z!\n").anchors;
        let expected = ["a-b", "a-b-1", "x--y_z"].map(String::from);
        assert_eq!(anchors, HashSet::from(expected));
    }
}
