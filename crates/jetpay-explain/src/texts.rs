//! Changes of texts between sender and receiver, undone.

use encoding_rs::{Encoding, IBM866, KOI8_R, WINDOWS_1251, WINDOWS_1252};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization;

use crate::json::{self, ASCII, SLASHES};
use crate::signed::{Line, Text};
use crate::{Hint, OtherRule};

type Change = fn(&str) -> String;

/// Changes of all texts. Each converts what arrived to what may have been signed.
const TEXTS: [(Hint, Change); 38] = [
    (Hint::NoBreakSpaces, with_plain_spaces),
    (Hint::NoBreakSpaces, |text| text.replace(' ', "\u{a0}")),
    (Hint::NoBreakSpaces, |text| text.replace(' ', "\u{202f}")),
    (Hint::CurlyQuotes, with_plain_quotes),
    (Hint::CurlyQuotes, |text| text.replace(['«', '»'], "\"")),
    (Hint::EntitiesEscaped, without_entities),
    (Hint::LineEnds, |text| text.replace("\r\n", "\n")),
    (Hint::LineEnds, |text| {
        text.replace("\r\n", "\n").replace('\n', "\r\n")
    }),
    (Hint::LineEnds, |text| {
        text.replace("\r\n", " ").replace(['\r', '\n'], " ")
    }),
    (Hint::EscapedTwice, unescaped),
    (Hint::TextsInForm, |text| text.replace(' ', "+")),
    (Hint::TextsInForm, decoded_from_url),
    (Hint::TextsInForm, |text| {
        decoded_from_url(&text.replace('+', " "))
    }),
    (Hint::Normalised, |text| text.nfc().collect()),
    (Hint::Normalised, |text| text.nfd().collect()),
    (Hint::Normalised, |text| text.nfkc().collect()),
    (Hint::WordsAsTexts, word),
    (Hint::DatesRewritten, |text| with_offset(text, "+0000")),
    (Hint::DatesRewritten, |text| with_offset(text, "+00:00")),
    (Hint::DatesRewritten, |text| with_offset(text, "Z")),
    (Hint::OtherRule(OtherRule::TextsAsWritten), |text| {
        json::escaped(text, 0)
    }),
    (Hint::OtherRule(OtherRule::TextsAsWritten), |text| {
        json::escaped(text, SLASHES)
    }),
    (Hint::OtherRule(OtherRule::TextsAsWritten), |text| {
        json::escaped(text, ASCII)
    }),
    (Hint::OtherRule(OtherRule::TextsAsWritten), |text| {
        json::escaped(text, SLASHES | ASCII)
    }),
    (Hint::OtherRule(OtherRule::TextsForHtml), with_entities),
    (Hint::OtherRule(OtherRule::TextsForHtml), |text| {
        with_entities(text).replace('\'', "&#039;")
    }),
    (Hint::OtherRule(OtherRule::TextsForUrl), encoded_for_url),
    (Hint::OtherRule(OtherRule::TextsForUrl), |text| {
        encoded_for_url(text).replace("%20", "+")
    }),
    (Hint::CharacterSet, decoded_twice),
    (Hint::CharacterSet, encoded_twice),
    (Hint::CharacterSet, |text| mistaken(text, WINDOWS_1251)),
    (Hint::CharacterSet, |text| mistaken(text, WINDOWS_1252)),
    (Hint::CharacterSet, |text| mistaken(text, KOI8_R)),
    (Hint::CharacterSet, |text| mistaken(text, IBM866)),
    (Hint::CharacterSet, |text| mistake(text, WINDOWS_1251)),
    (Hint::CharacterSet, |text| mistake(text, WINDOWS_1252)),
    (Hint::CharacterSet, |text| mistake(text, KOI8_R)),
    (Hint::CharacterSet, |text| mistake(text, IBM866)),
];

/// The most changes of which each two are tried together, and the largest string. More is hostile.
const PAIRED: usize = 12;
const PAIRED_SIZE: usize = 16 * 1024;

/// All texts changed in one way.
pub(super) struct Changed {
    pub(super) hint: &'static Hint,
    change: Change,
    pub(super) lines: Vec<Line>,
}

/// Each change that makes a difference.
pub(super) fn in_each_way(lines: &[Line]) -> Vec<Changed> {
    let ascii = lines.iter().all(|line| line.text().is_ascii());
    TEXTS
        .iter()
        .filter(|(hint, _)| !ascii || !matches!(hint, Hint::CharacterSet | Hint::Normalised))
        .map(|(hint, change)| Changed {
            hint,
            change: *change,
            lines: mapped(lines, *change),
        })
        .filter(|changed| changed.lines != lines)
        .collect()
}

/// The values with all texts changed in one way, then in two.
pub(super) fn changed(changed: &[Changed]) -> impl Iterator<Item = (Vec<Hint>, Text)> {
    let once = changed
        .iter()
        .map(|first| (vec![first.hint.clone()], Text::Lines(first.lines.clone())));
    let size = |lines: &[Line]| lines.iter().map(|line| line.text().len()).sum::<usize>();
    let is_small = changed.iter().all(|it| size(&it.lines) <= PAIRED_SIZE);
    let pairs = changed.iter().take(if is_small { PAIRED } else { 0 });
    let twice = pairs.clone().flat_map(move |first| {
        let others = pairs.clone().filter(|second| second.hint != first.hint);
        others.map(|second| {
            let hints = vec![first.hint.clone(), second.hint.clone()];
            (hints, Text::Lines(mapped(&first.lines, second.change)))
        })
    });
    once.chain(twice)
}

fn mapped(lines: &[Line], change: Change) -> Vec<Line> {
    let change = |line: &Line| line.with(&change(line.value()));
    lines.iter().map(change).collect()
}

/// The character sets in which a sender may sign the string.
pub(super) fn in_character_sets(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let units = || text.encode_utf16();
    let mut all = vec![
        (
            "UTF-16 (little-endian)",
            units().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            "UTF-16 (big-endian)",
            units().flat_map(u16::to_be_bytes).collect(),
        ),
    ];
    if !text.is_ascii() {
        let question = text
            .chars()
            .map(|letter| if letter.is_ascii() { letter } else { '?' });
        all.push((
            "ASCII, with `?` for other letters",
            question.collect::<String>().into_bytes(),
        ));
        for set in [WINDOWS_1251, WINDOWS_1252, KOI8_R, IBM866] {
            all.push((set.name(), set.encode(text).0.into_owned()));
        }
    }
    all
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

/// Undoes the error that UTF-8 was read in this character set: `РљР°` for `Ка`.
fn mistaken(text: &str, set: &'static Encoding) -> String {
    let (bytes, _, lost) = set.encode(text);
    let decoded = (!lost).then(|| String::from_utf8(bytes.into_owned()).ok());
    decoded.flatten().unwrap_or_else(|| text.to_owned())
}

/// Makes the same error.
fn mistake(text: &str, set: &'static Encoding) -> String {
    set.decode_without_bom_handling(text.as_bytes())
        .0
        .into_owned()
}

/// Undoes one level of escapes for HTML.
pub(super) fn without_entities(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.split_inclusive(';').next().unwrap_or_default();
        if let Some(character) = entity_character(entity) {
            plain.push(character);
            rest = &rest[entity.len()..];
        } else {
            plain.push('&');
            rest = &rest[1..];
        }
    }
    plain + rest
}

fn entity_character(entity: &str) -> Option<char> {
    let name = entity.strip_prefix('&')?.strip_suffix(';')?;
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "amp" => '&',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

pub(super) fn with_entities(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    escaped.replace('>', "&gt;").replace('"', "&quot;")
}

fn with_plain_spaces(text: &str) -> String {
    let visible = text.chars().filter(|character| {
        !matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
    });
    let plain = |character: char| {
        if !character.is_ascii() && character.is_whitespace() {
            ' '
        } else {
            character
        }
    };
    visible.map(plain).collect()
}

fn with_plain_quotes(text: &str) -> String {
    let plain = text
        .replace(['“', '”', '„', '‟', '″'], "\"")
        .replace(['‘', '’', '‚', '‛', '′'], "'");
    plain
        .replace(['‐', '‑', '‒', '–', '—', '−'], "-")
        .replace('…', "...")
}

/// Undoes the escapes of JSON.
pub(super) fn unescaped(text: &str) -> String {
    let undone = text
        .contains('\\')
        .then(|| serde_json::from_str(&format!("\"{text}\"")).ok());
    undone.flatten().unwrap_or_else(|| text.to_owned())
}

pub(super) fn decoded_from_url(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

pub(super) fn encoded_for_url(text: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// The signed form of a JSON word.
fn word(text: &str) -> String {
    match text {
        "true" => "1",
        "false" => "0",
        "null" => "",
        other => other,
    }
    .to_owned()
}

/// A date in UTC with the offset written so.
fn with_offset(text: &str, offset: &str) -> String {
    let is_date = text.len() >= 20 && text.as_bytes()[10] == b'T';
    let ends = ["+0000", "+00:00", "Z"];
    let date = ends.iter().find_map(|end| text.strip_suffix(end));
    match date {
        Some(date) if is_date => format!("{date}{offset}"),
        _ => text.to_owned(),
    }
}
