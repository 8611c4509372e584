//! What may have been signed before somebody on the way changed the body.

use std::collections::BTreeSet;

use super::Hint;
use super::arrays;
use super::flatten;
use super::line::Line;
use super::rule::PLATFORM;
use super::tree::Node;

/// Values up to which each is left out once: more of them are no message of the platform.
const VALUES: usize = 300;
/// Bytes of a body up to which this is tried.
const SIZE: usize = 64 * 1024;

/// Bytes that are hashed at most while one value after another is left out.
const WORK: usize = 32 * 1024 * 1024;

type Change = fn(&str) -> String;

/// Changes of all texts, each from what arrived to what may have been sent.
const TEXTS: [(Hint, Change); 5] = [
    (Hint::CharacterSet, decoded_twice),
    (Hint::CharacterSet, encoded_twice),
    (Hint::EntitiesEscaped, without_entities),
    (Hint::LineEnds, |text| text.replace("\r\n", "\n")),
    (Hint::LineEnds, |text| {
        text.replace("\r\n", "\n").replace('\n', "\r\n")
    }),
];

/// Each text with what was done to the body since.
pub(super) fn texts<'a>(
    root: &'a Node<'a>,
    size: usize,
) -> impl Iterator<Item = (Hint, Vec<Line>)> + 'a {
    let lines = (size <= SIZE).then(|| flatten::lines(root, PLATFORM, size));
    let lines = lines.flatten().unwrap_or_default();
    let times = WORK / size.max(1);
    let recoded: Vec<_> = TEXTS
        .iter()
        .map(|(hint, change)| (hint.clone(), mapped(&lines, *change)))
        .filter(|(_, changed)| *changed != lines)
        .collect();
    let orders = arrays::reordered(root, size).filter_map(move |root| {
        let lines = flatten::lines(&root, PLATFORM, size)?;
        Some((Hint::ArraysReordered, lines))
    });
    recoded
        .into_iter()
        .chain(left_out(lines).take(times))
        .chain(orders)
}

fn mapped(lines: &[Line], change: Change) -> Vec<Line> {
    let change = |line: &Line| line.with(&change(line.value()));
    lines.iter().map(change).collect()
}

/// Without one value, or without all below one name.
fn left_out(lines: Vec<Line>) -> impl Iterator<Item = (Hint, Vec<Line>)> {
    let mut names = BTreeSet::new();
    if lines.len() <= VALUES {
        for line in &lines {
            let ends = line.path().match_indices(':').map(|(at, _)| at);
            names.extend(ends.map(|end| line.path()[..end].to_owned()));
            names.insert(line.path().to_owned());
        }
    }
    names.into_iter().map(move |name| {
        let below = |line: &&Line| {
            let rest = line.path().strip_prefix(name.as_str());
            !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        let lines = lines.iter().filter(below).cloned().collect();
        (Hint::FieldAdded(name), lines)
    })
}

/// UTF-8 that was read as Latin-1, and written as UTF-8 again: `Ã©` for `é`.
fn decoded_twice(text: &str) -> String {
    let bytes = text.chars().map(|character| u8::try_from(character).ok());
    let bytes = bytes.collect::<Option<Vec<u8>>>();
    let decoded = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.unwrap_or_else(|| text.to_owned())
}

/// The same mistake on the other side: the sender signed `Ã©`, and sent `é`.
fn encoded_twice(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

fn without_entities(text: &str) -> String {
    let mut plain = text.to_owned();
    // `&amp;` last, or `&amp;lt;` would lose two layers.
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#039;", "'"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(entity, character);
    }
    plain
}
