//! Finds the body in the input: the body itself, a captured HTTP request, or a text that contains the body.

mod http;
mod log_text;
#[cfg(test)]
mod tests;

use std::ops::Range;

use anyhow::bail;
use serde_json::Value;

/// A body, and where it was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) body: Vec<u8>,
    /// Where it was found, such as "an HTTP capture: body of 312 bytes".
    pub(super) place: String,
    /// Remarks about the rest of the input.
    pub(super) notes: Vec<String>,
    /// Reasons why the bytes may differ from those that were received. A matching signature disproves them.
    pub(super) doubts: Vec<String>,
}

/// How likely some bytes are the body. A greater value is likelier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness {
    signed: bool,
    names_project: bool,
    readable: bool,
}

const ACCEPTED: &str = "give a JSON body, a captured HTTP request (request line, headers, blank line, body), or a log line \
     that contains the body: unchanged, as an escaped text in JSON, with nginx's \\x22, or after curl -d";

/// Finds the body.
///
/// # Errors
/// When nothing in the input can be a body. The message says what the command accepts.
pub(super) fn find(input: &[u8]) -> anyhow::Result<Found> {
    let trimmed = input.trim_ascii();
    let unmarked = trimmed.strip_prefix(b"\xef\xbb\xbf").unwrap_or(trimmed);
    if is_one_object(unmarked) {
        let inner = Some(unmarked).filter(|_| !likeness(unmarked).signed);
        let logged = inner.and_then(log_text::find);
        let logged = logged.filter(|(likeness, _)| likeness.signed && likeness.names_project);
        return Ok(match logged {
            Some((_, found)) => found,
            None => itself(input),
        });
    }
    if let Some(found) = http::find(input) {
        return found;
    }
    match log_text::find(input) {
        Some((_, found)) => Ok(found),
        // The explanation then says where the JSON is broken.
        None if trimmed.starts_with(b"{") => Ok(itself(input)),
        None if input.contains(&b'{') => bail!(
            "no complete JSON object was found: one begins but does not end; perhaps a log has cut the line; {ACCEPTED}"
        ),
        None => bail!("no JSON object was found; {ACCEPTED}"),
    }
}

fn itself(input: &[u8]) -> Found {
    Found {
        body: input.to_vec(),
        place: format!("a JSON body of {} bytes", input.trim_ascii().len()),
        notes: Vec::new(),
        doubts: log_text::doubts(input),
    }
}

fn likeness(body: &[u8]) -> Likeness {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let has = |name: &str, is: fn(&Value) -> bool| {
        let value = value.as_ref();
        value.is_some_and(|value| is(&value[name]) || is(&value["general"][name]))
    };
    Likeness {
        signed: has("signature", Value::is_string),
        names_project: has("project_id", |id| id.is_u64() || id.is_string()),
        readable: value.is_some(),
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

/// Whether the bytes are one complete object and nothing else. Its content need not be JSON.
fn is_one_object(bytes: &[u8]) -> bool {
    object_end(bytes) == Some(bytes.len())
}

/// The end of the object that begins with the first byte.
fn object_end(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'{') {
        return None;
    }
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The outermost objects in a text.
fn outermost_objects(bytes: &[u8], budget: &mut Budget) -> Vec<Range<usize>> {
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
        let length = object_end(&bytes[start..]);
        if !budget.spend(length.unwrap_or(bytes.len() - start)) {
            break;
        }
        if let Some(length) = length {
            from = start + length;
            found.push(start..from);
        }
    }
    found
}

/// The JSON strings, with their quotes, that contain a brace.
fn strings_with_braces(bytes: &[u8], budget: &mut Budget) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(offset) = bytes[from..].iter().position(|byte| *byte == b'"') {
        let start = from + offset;
        let length = string_end(&bytes[start..]);
        if !budget.spend(length.unwrap_or(bytes.len() - start)) {
            break;
        }
        from = start + 1;
        // A range without a brace may be the text between two strings: then the next string begins where it ends.
        if let Some(length) = length
            && bytes[start..start + length].contains(&b'{')
        {
            from = start + length;
            found.push(start..from);
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
            _ => {}
        }
    }
    None
}
