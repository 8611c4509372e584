//! JSON texts that a sender may have signed instead of the string to sign.

use std::fmt::Write;

use crate::flatten::{Node, number};
use crate::rule::Numbers;

/// A way to serialise a body: a set of habits of common libraries.
#[derive(Clone, Copy)]
struct Style(u8);

const SORTED: u8 = 1;
/// `\/`, as PHP does.
pub(super) const SLASHES: u8 = 2;
/// `\u00e9`, as PHP and Python do.
pub(super) const ASCII: u8 = 4;
/// `", "` and `": "`, as Python does.
const SPACED: u8 = 8;
/// `10.0` as `10`, as JavaScript does.
const SHORTENED: u8 = 16;

const HABITS: [(u8, &str); 5] = [
    (SORTED, "keys sorted"),
    (SLASHES, "slashes escaped"),
    (ASCII, "all but ASCII escaped"),
    (SPACED, "a space after `,` and `:`"),
    (SHORTENED, "numbers shortened"),
];

/// Each text with its description. Only the body as it is has the signature in it.
pub(super) fn texts<'a>(
    body: &'a [u8],
    root: &'a Node<'a>,
    signature: Option<&'a str>,
) -> impl Iterator<Item = (String, String)> + 'a {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let as_it_is = [("the body as it is".to_owned(), text.to_owned())];
    let cut = signature
        .into_iter()
        .flat_map(move |signature| without(text, signature));
    let anew = (0..32).map(Style).map(move |style| {
        let mut out = String::new();
        print(root, style, 0, &mut out);
        (style.name(), out)
    });
    as_it_is.into_iter().chain(cut).chain(anew)
}

impl Style {
    fn has(self, habit: u8) -> bool {
        self.0 & habit != 0
    }

    fn name(self) -> String {
        let habits = HABITS
            .into_iter()
            .filter(|(habit, _)| self.has(*habit))
            .map(|(_, name)| name);
        std::iter::once("compact, without the signature")
            .chain(habits)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// The body's text without the field `signature`, and with an empty one.
fn without(text: &str, signature: &str) -> Vec<(String, String)> {
    const NAME: &str = "\"signature\"";
    for (start, _) in text.match_indices(NAME) {
        let Some(value) = text[start + NAME.len()..].trim_start().strip_prefix(':') else {
            continue;
        };
        let mut values = serde_json::Deserializer::from_str(value).into_iter::<String>();
        if !values
            .next()
            .is_some_and(|found| found.is_ok_and(|found| found == signature))
        {
            continue;
        }
        let end = text.len() - value.len() + values.byte_offset();
        let (before, after) = (&text[..start], &text[end..]);
        let emptied = format!("{before}{NAME}:\"\"{after}");
        let cut = match (
            after.trim_start().strip_prefix(','),
            before.trim_end().strip_suffix(','),
        ) {
            (Some(after), _) => [before, after.trim_start()].concat(),
            (None, Some(before)) => [before, after].concat(),
            (None, None) => [before, after].concat(),
        };
        let name = "the body as it is, without the signature".to_owned();
        return vec![
            (name, cut),
            ("the body as it is, the signature empty".to_owned(), emptied),
        ];
    }
    Vec::new()
}

fn print(node: &Node<'_>, style: Style, depth: usize, out: &mut String) {
    match node {
        Node::Object(fields) => {
            // A signature can be at the top level and in `general`. Deeper, `signature` is an ordinary field.
            let mut fields: Vec<_> = fields
                .iter()
                .filter(|(name, _)| depth > 1 || name != "signature")
                .collect();
            if style.has(SORTED) {
                fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            }
            list('{', '}', &fields, style, out, |(name, value), out| {
                write_text(name, style, out);
                out.push_str(if style.has(SPACED) { ": " } else { ":" });
                print(value, style, depth + 1, out);
            });
        }
        Node::Array(elements) => {
            let elements: Vec<_> = elements.iter().collect();
            list('[', ']', &elements, style, out, |element, out| {
                print(element, style, depth + 1, out);
            });
        }
        Node::Text { decoded, .. } => write_text(decoded, style, out),
        Node::Number(written) => {
            out.push_str(&number(
                written,
                if style.has(SHORTENED) {
                    Numbers::Shortest
                } else {
                    Numbers::Written
                },
            ));
        }
        Node::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Node::Null => out.push_str("null"),
    }
}

fn list<T>(
    open: char,
    close: char,
    items: &[&T],
    style: Style,
    out: &mut String,
    item: impl Fn(&T, &mut String),
) {
    out.push(open);
    for (index, one) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(if style.has(SPACED) { ", " } else { "," });
        }
        item(one, out);
    }
    out.push(close);
}

/// A text as it is between the quotes of a JSON text.
pub(super) fn escaped(text: &str, habits: u8) -> String {
    let mut out = String::new();
    write_text(text, Style(habits), &mut out);
    out[1..out.len() - 1].to_owned()
}

fn write_text(text: &str, style: Style, out: &mut String) {
    // A text can always be written as JSON.
    let json = serde_json::to_string(text).unwrap_or_default();
    for character in json.chars() {
        match character {
            '/' if style.has(SLASHES) => out.push_str("\\/"),
            character if style.has(ASCII) && !character.is_ascii() => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("a `String` accepts all text");
                }
            }
            character => out.push(character),
        }
    }
}
