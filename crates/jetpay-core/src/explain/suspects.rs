//! Everything that a sender may have signed, the likeliest first.

use super::rule::{OTHERS, PLATFORM, Rule, VALUES_TRIMMED};
use super::signed::Text;
use super::tree::Node;
use super::{Hint, changed, flatten, json};

/// By the platform's rule, in both orders.
pub(super) fn platform(root: &Node<'_>, size: usize) -> Vec<Text> {
    under(root, PLATFORM, size).collect()
}

/// Without white space around the values.
pub(super) fn trimmed(root: &Node<'_>, size: usize) -> impl Iterator<Item = (Hint, Text)> {
    under(root, VALUES_TRIMMED, size).map(|text| (Hint::ValuesTrimmed, text))
}

/// The JSON itself.
pub(super) fn json<'a>(
    body: &'a [u8],
    root: &'a Node<'a>,
    signature: Option<&'a str>,
) -> impl Iterator<Item = (Hint, Text)> + 'a {
    json::texts(body, root, signature)
        .map(|(how, text)| (Hint::Reserialised(how), Text::Json(text)))
}

/// Under the rules that are not the platform's, each in both orders.
pub(super) fn rules<'a>(
    root: &'a Node<'a>,
    size: usize,
) -> impl Iterator<Item = (Hint, Text)> + 'a {
    OTHERS.into_iter().flat_map(move |(name, rule)| {
        under(root, rule, size).map(move |text| (Hint::OtherRule(name), text))
    })
}

/// By the platform's rule, before the body was changed on the way.
pub(super) fn changed<'a>(
    root: &'a Node<'a>,
    size: usize,
) -> impl Iterator<Item = (Hint, Text)> + 'a {
    changed::texts(root, size).map(|(hint, lines)| (hint, Text::Lines(lines)))
}

fn under(root: &Node<'_>, rule: Rule, size: usize) -> impl Iterator<Item = Text> {
    [Some(rule), rule.in_byte_order()]
        .into_iter()
        .flatten()
        .filter_map(move |rule| flatten::lines(root, rule, size))
        .map(Text::Lines)
}
