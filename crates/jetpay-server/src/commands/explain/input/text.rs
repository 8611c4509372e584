//! A log line, a command line, or any text with the body in it.

use super::escapes;
use super::objects::{self, Budget};
use super::{Found, Likeness, likeness};

/// How often a text may stand in a text: a log of a log of a log.
const DEEPEST: usize = 4;
/// Bytes that are looked at in all: so many times the text, and so many beside.
const TIMES: usize = 16;
const BESIDE: usize = 4 * 1024 * 1024;
/// Words by which loggers hide a value.
const MASKS: [&str; 6] = [
    "***",
    "[FILTERED]",
    "[REDACTED]",
    "[MASKED]",
    "<redacted>",
    "xxxxxxxx",
];

/// What may be the body.
struct Candidate {
    body: Vec<u8>,
    /// How it stood there.
    how: String,
    /// Whether it was part of other JSON, as JSON.
    logged_as_json: bool,
    /// The line, from 1, when there are several.
    line: Option<usize>,
}

/// The likeliest body in a text.
pub(super) fn find(input: &[u8]) -> Option<(Likeness, Found)> {
    let mut budget = Budget(input.len() * TIMES + BESIDE);
    let mut candidates = Vec::new();
    let lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    if lines.len() > 1 {
        for (line, text) in (1..).zip(&lines) {
            let before = candidates.len();
            collect_of_all_escapes(text, &mut budget, &mut candidates);
            for candidate in &mut candidates[before..] {
                candidate.line = Some(line);
            }
        }
    }
    if !candidates
        .iter()
        .any(|candidate| likeness(&candidate.body).signed)
    {
        collect_of_all_escapes(input, &mut budget, &mut candidates);
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
            "there are {} bodies with a signature; this is the first: give the one that you mean by itself",
            others + 1
        ));
    }
    Some((likeliest, found))
}

/// Why bytes may be others than those that came.
pub(super) fn doubts(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let mut doubts = Vec::new();
    if text.contains(char::REPLACEMENT_CHARACTER) {
        doubts.push("somebody has replaced bytes by U+FFFD (the sign for what is not UTF-8): these are surely not the bytes that came".to_owned());
    }
    if let Some(mask) = MASKS.iter().find(|mask| text.contains(*mask)) {
        doubts.push(format!("`{mask}` stands in it: when a logger has masked a value with it, these are not the bytes that came"));
    }
    doubts
}

impl Candidate {
    fn found(self) -> Found {
        let mut doubts = Vec::new();
        if self.logged_as_json {
            doubts.push("the logger has written the body anew, as a part of its own JSON: these are surely not the bytes that came; numbers and texts may differ".to_owned());
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

fn collect_of_all_escapes(text: &[u8], budget: &mut Budget, out: &mut Vec<Candidate>) {
    collect(text, "", 0, budget, out);
    for escape in &escapes::ALL {
        let used = text
            .windows(escape.sign.len())
            .any(|part| part == escape.sign);
        if used && budget.spend(text.len()) {
            collect(&(escape.undo)(text), escape.name, 0, budget, out);
        }
    }
}

fn collect(text: &[u8], how: &str, depth: usize, budget: &mut Budget, out: &mut Vec<Candidate>) {
    if depth > DEEPEST || !budget.spend(text.len()) {
        return;
    }
    for range in objects::outermost(text, budget) {
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
    for range in objects::texts(text, budget) {
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
