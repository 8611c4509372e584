//! A body in a log line, in a command line, or in any other text.

use std::collections::BTreeSet;
use std::ops::Range;

use super::escapes::{
    ESCAPES, FORM, URL, URL_SIGN, base64_texts, contains, is_base64, percents, torn_by_a_form,
};
use super::{Extent, Found, Likeness, extent, likeness, recode};

/// How many JSON strings the body may be nested in: a log of a log of a log.
const MAX_DEPTH: usize = 4;
/// The budget of a search: this multiple of the input's length, plus a constant number of bytes.
const BUDGET_FACTOR: usize = 16;
const BUDGET_BASE: usize = 4 * 1024 * 1024;
/// Texts by which loggers replace a value.
const MASKS: [&str; 7] = [
    "***",
    "[FILTERED]",
    "[REDACTED]",
    "[MASKED]",
    "<redacted>",
    "xxxxxxxx",
    "????",
];

/// An object that may be the body.
struct Candidate {
    body: Vec<u8>,
    /// How it was written in the text; empty when it was unchanged.
    how: String,
    /// Whether it was a part of another JSON object, as an object.
    logged_as_json: bool,
    /// Where it begins in the text that was searched.
    at: usize,
    /// The line, from 1, when the input has several lines.
    line: Option<usize>,
}

/// The likeliest body in a text.
pub(super) fn find(input: &[u8]) -> Option<(Likeness, Found)> {
    let unwrapped: Vec<u8>;
    let input = if input
        .iter()
        .all(|byte| byte.is_ascii_whitespace() || is_base64(*byte) || *byte == b'=')
    {
        let signs = input.iter().copied();
        unwrapped = signs.filter(|byte| !byte.is_ascii_whitespace()).collect();
        &unwrapped
    } else {
        input
    };
    let mut search = Search {
        budget: Budget(input.len() * BUDGET_FACTOR + BUDGET_BASE),
        found: Vec::new(),
    };
    let rest = search.collect(input, "", 0, None);
    let lines: Vec<&[u8]> = rest.split(|byte| *byte == b'\n').collect();
    for candidate in search.found.iter_mut().filter(|_| lines.len() > 1) {
        candidate.line = Some(input[..candidate.at].split(|byte| *byte == b'\n').count());
    }
    for (line, text) in (1..).zip(&lines) {
        let before = search.found.len();
        search.collect_escaped(text);
        for candidate in &mut search.found[before..] {
            candidate.line = Some(line).filter(|_| lines.len() > 1);
        }
    }
    let is_signed = |candidate: &Candidate| likeness(&candidate.body).signed;
    if lines.len() > 1 && !search.found.iter().any(is_signed) {
        search.collect_escaped(&rest);
    }
    let rated = search.found.into_iter();
    let rated: Vec<_> = rated.map(|it| (likeness(&it.body), it)).collect();
    let likeliest = rated.iter().map(|(likeness, _)| *likeness).max()?;
    let likely = rated.iter().filter(|(likeness, _)| *likeness == likeliest);
    let mut likely = likely.map(|(_, candidate)| candidate);
    let first = likely.next()?;
    // The same body is found again where an escape is undone that it does not have.
    let others = likely.filter(|other| other.how == first.how && other.body != first.body);
    let others: BTreeSet<&[u8]> = others.map(|other| other.body.as_slice()).collect();
    let several = 1 + others.len();
    let mut found = first.found();
    if several > 1 && likeliest.signed {
        found.notes.push(format!(
            "there are {several} bodies with a signature, and this is the first; give only the one that you mean"
        ));
    }
    Some((likeliest, found))
}

/// Reasons why the bytes may differ from those that were received.
pub(super) fn doubts(body: &[u8]) -> Vec<String> {
    let has = |text: &str| body.windows(text.len()).any(|part| part == text.as_bytes());
    let mut doubts = Vec::new();
    if ["\u{fffd}", "\\ufffd", "\\uFFFD"].into_iter().any(has) {
        doubts.push("the body contains U+FFFD, which programs write for bytes that are not UTF-8: these are not the bytes that were received".to_owned());
    }
    if let Some(mask) = MASKS.into_iter().find(|mask| has(mask)) {
        doubts.push(format!("the body contains `{mask}`: if a program has masked or replaced a value, these are not the bytes that were received"));
    }
    doubts
}

impl Candidate {
    fn found(&self) -> Found {
        let mut doubts = Vec::new();
        if self.logged_as_json {
            doubts.push("the logger has written the body anew as a part of its own JSON: these are not the bytes that were received; numbers and texts may differ".to_owned());
        }
        doubts.extend(self::doubts(&self.body));
        let around = match self.line {
            Some(line) => format!("a log, line {line}"),
            None => "a log line".to_owned(),
        };
        let how = match self.how.as_str() {
            "" => String::new(),
            how => format!(" ({how})"),
        };
        let sent = self.how.starts_with(URL) || self.how.starts_with(FORM);
        let sent = sent.then(|| "if the sender sent the body in a form or a URL, the endpoint cannot read it: send the JSON as it is, as application/json".to_owned());
        Found {
            place: format!("{around}: body of {} bytes{how}", self.body.len()),
            body: self.body.clone(),
            how: self.how.clone(),
            notes: sent.into_iter().collect(),
            doubts,
            ..Found::default()
        }
    }
}

/// A search, and what it has found.
struct Search {
    budget: Budget,
    found: Vec<Candidate>,
}

impl Search {
    fn collect_escaped(&mut self, text: &[u8]) {
        for escape in &ESCAPES {
            if contains(text, escape.sign) && self.budget.spend(text.len()) {
                self.collect(&(escape.undo)(text), escape.name, 0, None);
            }
        }
    }

    /// Collects what may be the body. `outer` is the position of what the text was taken from. Returns the text with blanks in
    /// the place of objects that do not end: nothing inside them is the body.
    fn collect(&mut self, text: &[u8], how: &str, depth: usize, outer: Option<usize>) -> Vec<u8> {
        let mut rest = text.to_vec();
        if depth > MAX_DEPTH || !self.budget.spend(text.len()) {
            return rest;
        }
        let inner = depth + 1;
        let candidate = |body: &[u8], at| Candidate {
            body: body.to_vec(),
            how: how.to_owned(),
            logged_as_json: depth > 0 && how.ends_with(PART),
            at: outer.unwrap_or(at),
            line: None,
        };
        for (range, whole) in objects(text, &mut self.budget) {
            let (at, object) = (range.start, &text[range.clone()]);
            self.found.push(candidate(object, at));
            if !whole {
                let inside = rest[range].iter_mut().filter(|byte| **byte != b'\n');
                inside.for_each(|byte| *byte = b' ');
            }
            // Broken JSON over several lines may be two parts of a log.
            let likeness = likeness(object);
            let opens = whole && (likeness.readable || !object.contains(&b'\n'));
            if opens && !likeness.signed {
                let at = outer.or(Some(at));
                self.collect(&object[1..object.len() - 1], &part_of(how), inner, at);
                if let Some(joined) = torn_by_a_form(object) {
                    self.collect(joined.as_bytes(), FORM, inner, at);
                }
            }
        }
        for (at, unescaped) in texts_with_braces(&rest, &mut self.budget) {
            let (at, unescaped) = (outer.or(Some(at)), unescaped.as_bytes());
            self.collect(unescaped, ESCAPED, inner, at);
            if contains(unescaped, URL_SIGN) {
                self.collect(&percents(unescaped), URL, inner, at);
            }
        }
        for (at, decoded) in base64_texts(&rest) {
            if recode::compressed(&decoded).is_some() {
                self.found.push(Candidate {
                    how: BASE64.to_owned(),
                    logged_as_json: false,
                    ..candidate(&decoded, at)
                });
            }
            self.collect(&decoded, BASE64, inner, outer.or(Some(at)));
        }
        rest
    }
}

const PART: &str = "a part of other JSON";
const ESCAPED: &str = "a text in which it was escaped";
const BASE64: &str = "base64 decoded";

fn part_of(how: &str) -> String {
    match how {
        "" => PART.to_owned(),
        part if part.ends_with(PART) => part.to_owned(),
        how => format!("{how}, {PART}"),
    }
}

/// The bytes that a search may still read. It bounds the time for hostile input, such as a text of braces only.
struct Budget(usize);

impl Budget {
    /// Takes `bytes` from the budget. Returns false when it is used up.
    fn spend(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// The outermost objects in a text, and whether each is whole.
fn objects(bytes: &[u8], budget: &mut Budget) -> Vec<(Range<usize>, bool)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(offset) = bytes[from..].iter().position(|byte| *byte == b'{') {
        let start = from + offset;
        from = start + 1;
        // In an object a name follows, or the end.
        let next = bytes[from..].trim_ascii_start().first();
        if !matches!(next, Some(b'"' | b'}')) {
            continue;
        }
        let (length, whole) = match extent(&bytes[start..]) {
            Extent::Whole(length) => (length, true),
            Extent::Cut(length) => (length, false),
        };
        if !budget.spend(if whole { length } else { bytes.len() - start }) {
            break;
        }
        from = start + length;
        found.push((start..from, whole));
    }
    found
}

/// The JSON texts that contain a brace or an encoded quote, with their positions and without their escapes.
fn texts_with_braces(bytes: &[u8], budget: &mut Budget) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(offset) = bytes[from..].iter().position(|byte| *byte == b'"') {
        let start = from + offset;
        let length = string_end(&bytes[start..]);
        if !budget.spend(length.unwrap_or(bytes.len() - start)) {
            break;
        }
        from = start + 1;
        // Other ranges may be the text between two strings: then the next string begins where it ends.
        if let Some(length) = length
            && let string = &bytes[start..start + length]
            && (string.contains(&b'{') || contains(string, URL_SIGN))
            && let Ok(text) = serde_json::from_slice(string)
        {
            from = start + length;
            found.push((start, text));
        }
    }
    found
}

fn string_end(bytes: &[u8]) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            b'\n' => return None,
            _ => {}
        }
    }
    None
}
