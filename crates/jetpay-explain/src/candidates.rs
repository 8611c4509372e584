//! The texts that a sender may have signed instead of the string to sign.

use std::collections::BTreeSet;

use crate::flatten::Node;
use crate::rule::{OTHERS, PLATFORM, Rule, VALUES_TRIMMED};
use crate::signed::{Line, Text};
use crate::{Hint, flatten, json};

/// The string to sign by the platform's rule, in both orders of paths.
pub(super) fn platform(root: &Node<'_>, size: usize) -> Vec<Text> {
    under(root, PLATFORM, size).collect()
}

/// The string to sign without white space around the values.
pub(super) fn trimmed(root: &Node<'_>, size: usize) -> impl Iterator<Item = (Hint, Text)> {
    under(root, VALUES_TRIMMED, size).map(|text| (Hint::ValuesTrimmed, text))
}

/// The JSON itself, in several serialisations.
pub(super) fn json<'a>(
    body: &'a [u8],
    root: &'a Node<'a>,
    signature: Option<&'a str>,
) -> impl Iterator<Item = (Hint, Text)> + 'a {
    json::texts(body, root, signature)
        .map(|(how, text)| (Hint::Reserialised(how), Text::Json(text)))
}

/// The strings to sign by other rules, each in both orders of paths.
pub(super) fn rules<'a>(
    root: &'a Node<'a>,
    size: usize,
) -> impl Iterator<Item = (Hint, Text)> + 'a {
    OTHERS.into_iter().flat_map(move |(name, rule)| {
        under(root, rule, size).map(move |text| (Hint::OtherRule(name), text))
    })
}

/// The string to sign by the platform's rule, before a system between sender and receiver changed the body.
pub(super) fn changed<'a>(
    root: &'a Node<'a>,
    size: usize,
) -> impl Iterator<Item = (Hint, Text)> + 'a {
    changed_lines(root, size).map(|(hint, lines)| (hint, Text::Lines(lines)))
}

fn under(root: &Node<'_>, rule: Rule, size: usize) -> impl Iterator<Item = Text> {
    [Some(rule), rule.in_byte_order()]
        .into_iter()
        .flatten()
        .filter_map(move |rule| flatten::lines(root, rule, size))
        .map(Text::Lines)
}

/// The most values of a body of which each is left out once. No message of the platform has more.
const VALUES: usize = 300;
/// The largest body, in bytes, for which changes are tried.
const SIZE: usize = 64 * 1024;

/// The most bytes that are hashed while one value after the other is left out.
const WORK: usize = 32 * 1024 * 1024;

type Change = fn(&str) -> String;

/// Changes of all texts. Each converts what arrived to what may have been sent.
const TEXTS: [(Hint, Change); 5] = [
    (Hint::CharacterSet, decoded_twice),
    (Hint::CharacterSet, encoded_twice),
    (Hint::EntitiesEscaped, without_entities),
    (Hint::LineEnds, |text| text.replace("\r\n", "\n")),
    (Hint::LineEnds, |text| {
        text.replace("\r\n", "\n").replace('\n', "\r\n")
    }),
];

/// The values that may have been signed, each with the change that was made to the body later.
fn changed_lines<'a>(
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
    let orders = reordered(root, size).filter_map(move |root| {
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

/// Leaves out one value, or all values below one name.
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

/// Undoes the error that UTF-8 was read as Latin-1 and written as UTF-8 again: `Ã©` for `é`.
fn decoded_twice(text: &str) -> String {
    let bytes = text.chars().map(|character| u8::try_from(character).ok());
    let bytes = bytes.collect::<Option<Vec<u8>>>();
    let decoded = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.unwrap_or_else(|| text.to_owned())
}

/// Makes the same error, because the sender may have made it: it signed `Ã©` and sent `é`.
fn encoded_twice(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

fn without_entities(text: &str) -> String {
    let mut plain = text.to_owned();
    // `&amp;` is last, because `&amp;lt;` must become `&lt;`.
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

/// The longest array that is tried in every order.
const ALL_ORDERS: usize = 4;
/// The most arrays of a body that are tried, and the largest such body in bytes.
const ARRAYS: usize = 16;
const ARRAYS_SIZE: usize = 16 * 1024;

/// Copies of `root`, each with one array in another order.
fn reordered<'a>(root: &'a Node<'a>, size: usize) -> impl Iterator<Item = Node<'a>> + 'a {
    let mut lengths = Vec::new();
    if size <= ARRAYS_SIZE {
        collect_lengths(root, &mut lengths);
    }
    lengths.truncate(ARRAYS);
    lengths
        .into_iter()
        .enumerate()
        .flat_map(move |(at, length)| {
            orders(length).into_iter().map(move |order| {
                let mut root = root.clone();
                reorder(&mut root, &mut at.clone(), &order);
                root
            })
        })
}

fn collect_lengths(node: &Node<'_>, lengths: &mut Vec<usize>) {
    match node {
        Node::Object(fields) => {
            for (_, node) in fields {
                collect_lengths(node, lengths);
            }
        }
        Node::Array(elements) => {
            lengths.push(elements.len());
            for node in elements {
                collect_lengths(node, lengths);
            }
        }
        _ => {}
    }
}

/// Reorders the array with `left` arrays before it, in the order of [`collect_lengths`]. Returns whether it found it.
fn reorder(node: &mut Node<'_>, left: &mut usize, order: &[usize]) -> bool {
    match node {
        Node::Object(fields) => fields
            .iter_mut()
            .any(|(_, node)| reorder(node, left, order)),
        Node::Array(elements) => {
            if *left == 0 {
                *elements = order.iter().map(|at| elements[*at].clone()).collect();
                return true;
            }
            *left -= 1;
            elements.iter_mut().any(|node| reorder(node, left, order))
        }
        _ => false,
    }
}

/// Every other order. For a long array only three: reversed, and with one end moved to the other.
fn orders(length: usize) -> Vec<Vec<usize>> {
    let as_it_is: Vec<usize> = (0..length).collect();
    if length <= ALL_ORDERS {
        let mut all = permutations(&as_it_is);
        all.retain(|order| *order != as_it_is);
        return all;
    }
    let mut backwards = as_it_is.clone();
    backwards.reverse();
    let (mut left, mut right) = (as_it_is.clone(), as_it_is);
    left.rotate_left(1);
    right.rotate_right(1);
    vec![backwards, left, right]
}

fn permutations(of: &[usize]) -> Vec<Vec<usize>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, first) in of.iter().enumerate() {
        let rest = [&of[..at], &of[at + 1..]].concat();
        all.extend(permutations(&rest).into_iter().map(|mut order| {
            order.insert(0, *first);
            order
        }));
    }
    all
}
