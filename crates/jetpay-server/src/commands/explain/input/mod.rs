//! Finds the body in what was given: the body itself, an HTTP request, or text with the body in it.

mod escapes;
mod http;
mod objects;
#[cfg(test)]
mod tests;
mod text;

use anyhow::bail;
use serde_json::Value;

/// A body, and where it stood.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) body: Vec<u8>,
    /// "an HTTP capture: body of 312 bytes".
    pub(super) place: String,
    /// What else was there.
    pub(super) notes: Vec<String>,
    /// Why these may not be the bytes that came; a signature that matches settles it.
    pub(super) doubts: Vec<String>,
}

/// How likely bytes are the body: the larger the likelier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness {
    signed: bool,
    names_project: bool,
    readable: bool,
}

const TAKEN: &str = "give one JSON body, an HTTP request as it was captured (request line, headers, blank line, body), \
     or a log line that has the body in it: as it is, as an escaped text in JSON, with nginx's \\x22, or after curl -d";

/// Finds the body.
///
/// # Errors
/// Nothing that could be a body; the text says what is taken.
pub(super) fn find(input: &[u8]) -> anyhow::Result<Found> {
    let trimmed = input.trim_ascii();
    let unmarked = trimmed.strip_prefix(b"\xef\xbb\xbf").unwrap_or(trimmed);
    if objects::is_one(unmarked) {
        let inner = Some(unmarked).filter(|_| !likeness(unmarked).signed);
        let logged = inner.and_then(text::find);
        let logged = logged.filter(|(likeness, _)| likeness.signed && likeness.names_project);
        return Ok(match logged {
            Some((_, found)) => found,
            None => itself(input),
        });
    }
    if let Some(found) = http::find(input) {
        return found;
    }
    match text::find(input) {
        Some((_, found)) => Ok(found),
        // It says where the JSON breaks.
        None if trimmed.starts_with(b"{") => Ok(itself(input)),
        None if input.contains(&b'{') => bail!(
            "no whole JSON object was found: an object begins, but does not end; a log may have cut the line; {TAKEN}"
        ),
        None => bail!("no JSON object was found; {TAKEN}"),
    }
}

fn itself(input: &[u8]) -> Found {
    Found {
        body: input.to_vec(),
        place: format!("a JSON body of {} bytes", input.trim_ascii().len()),
        notes: Vec::new(),
        doubts: text::doubts(input),
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
