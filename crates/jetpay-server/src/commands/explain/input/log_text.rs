//! A body in a log line, in a command line, or in any other text.

use super::{Budget, Found, Likeness, likeness, outermost_objects, strings_with_braces};

/// How many JSON strings the body may be nested in: a log of a log of a log.
const MAX_DEPTH: usize = 4;
/// The budget of a search: this multiple of the input's length, plus a constant number of bytes.
const BUDGET_FACTOR: usize = 16;
const BUDGET_BASE: usize = 4 * 1024 * 1024;
/// Texts by which loggers replace a value.
const MASKS: [&str; 6] = [
    "***",
    "[FILTERED]",
    "[REDACTED]",
    "[MASKED]",
    "<redacted>",
    "xxxxxxxx",
];

/// An object that may be the body.
struct Candidate {
    body: Vec<u8>,
    /// How it was written in the text; empty when it was unchanged.
    how: String,
    /// Whether it was a part of another JSON object, as an object.
    logged_as_json: bool,
    /// The line, from 1, when the input has several lines.
    line: Option<usize>,
}

/// The likeliest body in a text.
pub(super) fn find(input: &[u8]) -> Option<(Likeness, Found)> {
    let mut budget = Budget(input.len() * BUDGET_FACTOR + BUDGET_BASE);
    let mut candidates = Vec::new();
    let lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    if lines.len() > 1 {
        for (line, text) in (1..).zip(&lines) {
            let before = candidates.len();
            collect_with_all_escapes(text, &mut budget, &mut candidates);
            for candidate in &mut candidates[before..] {
                candidate.line = Some(line);
            }
        }
    }
    if !candidates
        .iter()
        .any(|candidate| likeness(&candidate.body).signed)
    {
        collect_with_all_escapes(input, &mut budget, &mut candidates);
    }
    let rated = candidates
        .into_iter()
        .map(|candidate| (likeness(&candidate.body), candidate));
    let rated: Vec<_> = rated.collect();
    let likeliest = rated.iter().map(|(likeness, _)| *likeness).max()?;
    let mut bodies: Vec<&[u8]> = rated
        .iter()
        .filter(|(likeness, _)| *likeness == likeliest)
        .map(|(_, candidate)| candidate.body.as_slice())
        .collect();
    bodies.dedup();
    let others = bodies.len() - 1;
    let (_, first) = rated
        .into_iter()
        .find(|(likeness, _)| *likeness == likeliest)?;
    let mut found = first.found();
    if others > 0 && likeliest.signed {
        found.notes.push(format!(
            "there are {} bodies with a signature, and this is the first; give only the one that you mean",
            others + 1
        ));
    }
    Some((likeliest, found))
}

/// Reasons why the bytes may differ from those that were received.
pub(super) fn doubts(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let mut doubts = Vec::new();
    if text.contains(char::REPLACEMENT_CHARACTER) {
        doubts.push("the body contains U+FFFD, which programs write for bytes that are not UTF-8: these are not the bytes that were received".to_owned());
    }
    if let Some(mask) = MASKS.iter().find(|mask| text.contains(*mask)) {
        doubts.push(format!("the body contains `{mask}`: if a logger has masked a value, these are not the bytes that were received"));
    }
    doubts
}

impl Candidate {
    fn found(self) -> Found {
        let mut doubts = Vec::new();
        if self.logged_as_json {
            doubts.push("the logger has written the body anew as a part of its own JSON: these are not the bytes that were received; numbers and texts may differ".to_owned());
        }
        doubts.extend(self::doubts(&self.body));
        let around = match self.line {
            Some(line) => format!("a log, line {line}"),
            None => "a log line".to_owned(),
        };
        let how = if self.how.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.how)
        };
        Found {
            place: format!("{around}: body of {} bytes{how}", self.body.len()),
            body: self.body,
            notes: Vec::new(),
            doubts,
        }
    }
}

fn collect_with_all_escapes(text: &[u8], budget: &mut Budget, out: &mut Vec<Candidate>) {
    collect(text, "", 0, budget, out);
    for escape in &ESCAPES {
        let used = text
            .windows(escape.sign.len())
            .any(|part| part == escape.sign);
        if used && budget.spend(text.len()) {
            collect(&(escape.undo)(text), escape.name, 0, budget, out);
        }
    }
}

fn collect(text: &[u8], how: &str, depth: usize, budget: &mut Budget, out: &mut Vec<Candidate>) {
    if depth > MAX_DEPTH || !budget.spend(text.len()) {
        return;
    }
    for range in outermost_objects(text, budget) {
        let object = &text[range];
        out.push(Candidate {
            body: object.to_vec(),
            how: how.to_owned(),
            logged_as_json: depth > 0 && how.ends_with(PART),
            line: None,
        });
        if !likeness(object).signed {
            let how = part_of(how);
            collect(&object[1..object.len() - 1], &how, depth + 1, budget, out);
        }
    }
    for range in strings_with_braces(text, budget) {
        if let Ok(unescaped) = serde_json::from_slice::<String>(&text[range]) {
            collect(unescaped.as_bytes(), ESCAPED, depth + 1, budget, out);
        }
    }
}

const PART: &str = "a part of other JSON";
const ESCAPED: &str = "a text in which it was escaped";

fn part_of(how: &str) -> String {
    match how {
        "" => PART.to_owned(),
        part if part.ends_with(PART) => part.to_owned(),
        how => format!("{how}, {PART}"),
    }
}

/// A way in which logs and shells escape a body.
struct Escape {
    name: &'static str,
    /// A text that every use of this escape contains.
    sign: &'static [u8],
    undo: fn(&[u8]) -> Vec<u8>,
}

const ESCAPES: [Escape; 3] = [
    Escape {
        name: "nginx's \\x22 undone",
        sign: b"\\x",
        undo: hexadecimal,
    },
    Escape {
        name: "the shell's quotes undone",
        sign: b"'\\''",
        undo: |text| replaced(text, b"'\\''", b"'"),
    },
    Escape {
        name: "backslashes undone",
        sign: b"\\",
        undo: backslashes,
    },
];

/// Undoes `\x22` and no other escape.
fn hexadecimal(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        match after {
            [b'x', high, low, after @ ..] if *first == b'\\' => {
                if let Some(byte) = byte(*high, *low) {
                    out.push(byte);
                    rest = after;
                    continue;
                }
                out.push(*first);
            }
            _ => out.push(*first),
        }
        rest = &rest[1..];
    }
    out
}

/// Undoes the escapes of a shell's `$'...'`, which debuggers print, too.
fn backslashes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'\\' {
            out.push(*first);
            continue;
        }
        match after {
            [
                escaped @ (b'n' | b'r' | b't' | b'\\' | b'"' | b'\''),
                after @ ..,
            ] => {
                out.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    other => *other,
                });
                rest = after;
            }
            [b'x', high, low, after @ ..] if byte(*high, *low).is_some() => {
                out.extend(byte(*high, *low));
                rest = after;
            }
            [b'u', a, b, c, d, after @ ..] => match character([*a, *b, *c, *d]) {
                Some(character) => {
                    out.extend(character.encode_utf8(&mut [0; 4]).bytes());
                    rest = after;
                }
                None => out.push(b'\\'),
            },
            _ => out.push(b'\\'),
        }
    }
    out
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

fn character([a, b, c, d]: [u8; 4]) -> Option<char> {
    let code = u32::from(byte(a, b)?) << 8 | u32::from(byte(c, d)?);
    char::from_u32(code)
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.first() {
        if let Some(after) = rest.strip_prefix(from) {
            out.extend(to);
            rest = after;
        } else {
            out.push(*first);
            rest = &rest[1..];
        }
    }
    out
}
