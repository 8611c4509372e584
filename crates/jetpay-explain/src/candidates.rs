//! The texts that a sender may have signed instead of the string to sign, but for changes of all texts.

use std::collections::BTreeSet;

use crate::flatten::Node;
use crate::rule::{PLATFORM, Rule, VALUES_TRIMMED, others};
use crate::signed::{Line, Text, numbers, numbers_in, spellings};
use crate::texts::Changed;
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
    others().flat_map(move |(name, rule)| {
        under(root, rule, size).map(move |text| (Hint::OtherRule(name), text))
    })
}

fn under(root: &Node<'_>, rule: Rule, size: usize) -> impl Iterator<Item = Text> {
    [Some(rule), rule.in_byte_order()]
        .into_iter()
        .flatten()
        .filter_map(move |rule| flatten::lines(root, rule, size))
        .map(Text::Lines)
}

/// The most values of a body of which each is left out or changed alone. No message of the platform has more.
const VALUES: usize = 300;

/// Leaves out one value, or all values below one name.
pub(super) fn left_out(lines: &[Line]) -> impl Iterator<Item = (Hint, Text)> {
    let mut names = BTreeSet::new();
    if lines.len() <= VALUES {
        for line in lines {
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
        (Hint::FieldAdded(name), Text::Lines(lines))
    })
}

/// Another value at one path, or at all paths that have the same value. Amounts are first.
pub(super) fn other_values<'a>(
    lines: &'a [Line],
    changed: &'a [Changed],
) -> impl Iterator<Item = (Hint, Text)> + 'a {
    let few = if lines.len() <= VALUES {
        lines.len()
    } else {
        0
    };
    let mut order: Vec<usize> = (0..few).collect();
    let is_amount = |at: &usize| {
        let mut names = ["amount", "sum"].iter();
        names.any(|name| lines[*at].path().contains(name))
    };
    order.sort_by_key(|at| !is_amount(at));
    let amounts: Vec<usize> = order.iter().copied().filter(is_amount).collect();
    let sources: Vec<&Line> = {
        let mut seen = BTreeSet::new();
        let all = order.iter().map(|at| &lines[*at]);
        all.filter(|line| seen.insert(line.value())).collect()
    };
    let places = move |at: usize| {
        let same = |it: &usize| lines[*it].value() == lines[at].value();
        let all: Vec<usize> = (0..lines.len()).filter(same).collect();
        let several = Some(all).filter(|all| all.len() > 1 && all[0] == at);
        std::iter::once(vec![at]).chain(several)
    };
    let of_others = order.clone().into_iter().flat_map(move |at| {
        let sources = sources.iter().copied();
        let sources: Vec<&Line> = sources.filter(|it| alike(it, &lines[at])).collect();
        sources.into_iter().flat_map(move |source| {
            let how = format!("that of `{}`", source.path());
            places(at).map(move |at| edited(lines, &at, source.value(), &how))
        })
    });
    let one_text = changed.iter().flat_map(move |changed| {
        let differing = (0..few).filter(|at| lines[*at] != changed.lines[*at]);
        differing.map(|at| {
            let (_, text) = edited(lines, &[at], changed.lines[at].value(), "");
            (changed.hint.clone(), text)
        })
    });
    let rewritten = order.into_iter().flat_map(move |at| {
        let value = lines[at].value();
        let forms = numbers(value).into_iter().chain(spellings(value));
        forms
            .filter(move |(_, other)| other != value)
            .flat_map(move |(how, other)| places(at).map(move |at| edited(lines, &at, &other, how)))
    });
    // A number that is no amount may be an id: only the value itself is tried.
    let texts = (0..few).filter(|at| is_amount(at) || !is_number(&lines[*at]));
    let texts = texts.map(|at| &lines[at]).filter(|line| !is_date(line));
    let texts: Vec<&Line> = texts.collect();
    let in_texts = amounts.clone().into_iter().flat_map(move |at| {
        let mut seen = BTreeSet::new();
        texts.clone().into_iter().flat_map(move |source| {
            let forms = numbers_in(source.value()).into_iter().flat_map(|number| {
                let forms = numbers(&number);
                std::iter::once(("in plain digits", number)).chain(forms)
            });
            let new = forms.filter(|(_, other)| seen.insert(other.clone()));
            let new: Vec<_> = new
                .filter(|(_, other)| other != lines[at].value())
                .collect();
            new.into_iter().flat_map(move |(how, other)| {
                let how = if source.path() == lines[at].path() {
                    format!("the number in it, {how}")
                } else {
                    format!("a number in `{}`, {how}", source.path())
                };
                places(at).map(move |at| edited(lines, &at, &other, &how))
            })
        })
    });
    let pairs = amounts.clone().into_iter().flat_map(move |one| {
        let others = amounts
            .clone()
            .into_iter()
            .filter(move |other| one < *other);
        others.map(move |other| (one, other))
    });
    let exchanged = pairs.map(move |(one, other)| {
        let (hint, _) = edited(lines, &[one, other], "", "each has the other's value");
        let mut lines = lines.to_vec();
        let value = lines[one].value().to_owned();
        lines[one] = lines[one].with(lines[other].value());
        lines[other] = lines[other].with(&value);
        (hint, Text::Lines(lines))
    });
    let rest = in_texts.chain(exchanged);
    of_others.chain(one_text).chain(rewritten).chain(rest)
}

/// The lines with another value at some of them. `how` says which value that is, and shows no value.
fn edited(lines: &[Line], at: &[usize], value: &str, how: &str) -> (Hint, Text) {
    let paths: Vec<&str> = at.iter().map(|at| lines[*at].path()).collect();
    let hint = Hint::ValueChanged {
        path: paths.join("` and `"),
        how: how.to_owned(),
    };
    let mut lines = lines.to_vec();
    for at in at {
        lines[*at] = lines[*at].with(value);
    }
    (hint, Text::Lines(lines))
}

/// Whether one value may be in the place of the other: they differ, and are numbers, dates or values of one name.
fn alike(one: &Line, other: &Line) -> bool {
    let name = |line: &Line| line.path().rsplit(':').next().map(str::to_owned);
    one.value() != other.value()
        && (is_number(one) && is_number(other)
            || is_date(one) && is_date(other)
            || name(one) == name(other))
}

fn is_number(line: &Line) -> bool {
    let mut bytes = line.value().bytes();
    bytes.all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn is_date(line: &Line) -> bool {
    line.value().as_bytes().get(10) == Some(&b'T')
}

/// The longest array that is tried in every order.
const ALL_ORDERS: usize = 4;
/// The most arrays of a body that are tried, and the largest such body in bytes.
const ARRAYS: usize = 16;
const ARRAYS_SIZE: usize = 16 * 1024;

/// The string to sign with one array in another order.
pub(super) fn reordered<'a>(
    root: &'a Node<'a>,
    size: usize,
) -> impl Iterator<Item = (Hint, Text)> + 'a {
    let mut lengths = Vec::new();
    if size <= ARRAYS_SIZE {
        collect_lengths(root, &mut lengths);
    }
    lengths.truncate(ARRAYS);
    lengths
        .into_iter()
        .enumerate()
        .flat_map(move |(at, length)| {
            orders(length).into_iter().filter_map(move |order| {
                let mut root = root.clone();
                reorder(&mut root, &mut at.clone(), &order);
                let lines = flatten::lines(&root, PLATFORM, size)?;
                Some((Hint::ArraysReordered, Text::Lines(lines)))
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
