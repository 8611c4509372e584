//! Finds the body in the input: the body itself, a captured HTTP request, or a text that contains the body.

mod escapes;
mod http;
mod log_text;
mod recode;
#[cfg(test)]
mod tests;

use anyhow::bail;
use jetpay_core::signature::Canonical;
use serde::de::IgnoredAny;
use serde_json::Value;

/// A body, and where it was found.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) body: Vec<u8>,
    /// Where it was found, such as "an HTTP capture: body of 312 bytes".
    pub(super) place: String,
    /// How it was written there; empty when it was unchanged.
    pub(super) how: String,
    /// Remarks about the rest of the input.
    pub(super) notes: Vec<String>,
    /// Reasons why the bytes may differ from those that were received. A matching signature disproves them.
    pub(super) doubts: Vec<String>,
    /// Why an endpoint cannot read the bytes as they were given: a finding, `; `, and what to do.
    pub(super) faults: Vec<String>,
}

/// How likely some bytes are the body. A greater value is likelier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a sign of a body, and they are compared in this order"
)]
pub(super) struct Likeness {
    signed: bool,
    /// Whether it begins but does not end, or is compressed.
    lost: bool,
    names_project: bool,
    readable: bool,
    /// Whether nothing but a signature is in the place of the signature.
    tidy: bool,
}

const ACCEPTED: &str = "give a JSON body, a captured HTTP request (request line, headers, blank line, body), or a log line \
     that contains the body: unchanged, as an escaped text in JSON, in base64, URL-encoded, with nginx's \\x22, or after curl -d";

/// Finds the body. There are several when the bytes can be read in several character sets, the likeliest first.
///
/// # Errors
/// When nothing in the input can be a body. The message says what the command accepts.
pub(super) fn find(input: &[u8]) -> anyhow::Result<Vec<Found>> {
    let found = search(input);
    if let Ok(found) = &found
        && (is_readable(&found.body) || !found.faults.is_empty())
    {
        return Ok(vec![found.clone()]);
    }
    let bytes = found.as_ref().map_or(input, |found| found.body.as_slice());
    let recoded = recode::recodings(bytes).into_iter().filter_map(|recoding| {
        let inner = search(recoding.text.as_bytes());
        let mut recoded = match (&found, inner) {
            (Ok(found), Ok(inner)) => Found {
                body: inner.body,
                place: found.place.clone(),
                ..inner
            },
            (Ok(found), Err(_)) => Found {
                body: recoding.text.into_bytes(),
                ..found.clone()
            },
            (Err(_), inner) => inner
                .ok()
                .filter(|inner| is_readable(&inner.body) || recode::lost(&inner.body).is_some())?,
        };
        recoded.faults = recoding.faults;
        // The decoder wrote it, not a program before.
        recoded.doubts.retain(|doubt| !doubt.contains("U+FFFD"));
        recoded.faults.extend(recode::lost(&recoded.body));
        Some(recoded)
    });
    let recoded: Vec<Found> = recoded.collect();
    if !recoded.is_empty() {
        return Ok(recoded);
    }
    let mut found = found?;
    found.faults.extend(recode::lost(&found.body));
    Ok(vec![found])
}

fn is_readable(body: &[u8]) -> bool {
    Canonical::parse(body).is_ok()
}

fn search(input: &[u8]) -> anyhow::Result<Found> {
    let trimmed = input.trim_ascii();
    let unmarked = trimmed.strip_prefix(b"\xef\xbb\xbf").unwrap_or(trimmed);
    let is_beginning = match extent_of(unmarked) {
        Some(extent) => matches!(extent, Extent::Cut(end) if end == unmarked.len()),
        None => is_cut(unmarked),
    };
    if recode::compressed(input).is_some() || is_beginning {
        return Ok(itself(input));
    }
    if is_one_object(unmarked) {
        let outer = likeness(unmarked);
        let inner = Some(unmarked).filter(|_| !outer.signed);
        let logged = inner.and_then(log_text::find);
        let logged = logged.filter(|(inner, _)| {
            inner.signed && inner.names_project || inner.lost && !outer.names_project
        });
        return Ok(match logged {
            Some((_, found)) => found,
            None => itself(input),
        });
    }
    if let Some((object, fault)) = surrounded(trimmed) {
        return Ok(Found {
            faults: vec![fault],
            ..itself(object)
        });
    }
    if let Some(found) = http::find(input) {
        return Ok(found);
    }
    let torn = recode::torn(trimmed);
    match (log_text::find(input), torn) {
        (found, Some(fault)) if !found.as_ref().is_some_and(|(inner, _)| inner.signed) => {
            Ok(Found {
                faults: vec![fault],
                ..itself(input)
            })
        }
        (Some((likeness, mut found)), _) => {
            if serde_json::from_slice::<String>(trimmed).is_ok() {
                found.notes.push("the input is a JSON text with the body in it: if the sender sent that, it made JSON of the body twice, and the endpoint cannot read it".to_owned());
            }
            if trimmed.starts_with(&found.body) && !likeness.lost {
                found.notes.push("the input goes on after the object: if that is a part of the body, the endpoint refuses the body".to_owned());
            }
            Ok(found)
        }
        // The explanation then says where the JSON is broken.
        (None, _) if trimmed.starts_with(b"{") => Ok(itself(input)),
        (None, _) => bail!("no JSON object was found; {ACCEPTED}"),
    }
}

/// The object in bytes that have only what no log writes before or after it, and what is wrong with that.
fn surrounded(bytes: &[u8]) -> Option<(&[u8], String)> {
    let start = bytes.iter().position(|byte| *byte == b'{')?;
    let end = start + object_end(&bytes[start..])?;
    let (object, after) = (&bytes[start..end], &bytes[end..]);
    let (before, is_signed) = (bytes[..start].trim_ascii(), likeness(object).signed);
    if before.len() + after.len() == 0 || !is_readable(object) {
        return None;
    }
    let fault = match (
        recode::outside(bytes, 0..start),
        recode::outside(bytes, end..bytes.len()),
    ) {
        (Some(fault), other) if other.is_some() || after.trim_ascii().is_empty() => fault,
        (None, Some(fault)) if before.is_empty() => fault,
        _ if is_signed && before == b"[" && after.trim_ascii() == b"]" => {
            "the body is an array with the object in it; send the object alone".to_owned()
        }
        _ if before.is_empty()
            && (after.iter().all(|byte| b"}],; \r\n\t".contains(byte))
                || is_signed && !after.first()?.is_ascii_whitespace()) =>
        {
            "the body goes on after its object; remove what is too much".to_owned()
        }
        _ => return None,
    };
    Some((object, fault))
}

fn itself(input: &[u8]) -> Found {
    Found {
        body: input.to_vec(),
        place: format!("a JSON body of {} bytes", input.trim_ascii().len()),
        doubts: log_text::doubts(input),
        ..Found::default()
    }
}

fn likeness(body: &[u8]) -> Likeness {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let has = |name: &str, is: fn(&Value) -> bool| {
        let value = value.as_ref();
        value.is_some_and(|value| is(&value[name]) || is(&value["general"][name]))
    };
    let is_tidy = |text: &Value| {
        text.as_str()
            .is_some_and(|text| !text.contains(['\'', '"', '{', '}', ',']))
    };
    Likeness {
        signed: has("signature", Value::is_string),
        lost: value.is_none() && (is_cut(body) || recode::compressed(body).is_some()),
        names_project: has("project_id", |id| id.is_u64() || id.is_string()),
        readable: value.is_some(),
        tidy: has("signature", is_tidy),
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

/// Whether the bytes are the beginning of an object, or of an array of objects.
fn is_cut(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_start();
    if bytes
        .strip_prefix(b"[")
        .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{"))
    {
        return serde_json::from_slice::<IgnoredAny>(bytes).is_err_and(|error| error.is_eof());
    }
    bytes.starts_with(b"{")
        && object_end(bytes).is_none()
        && matches!(extent(bytes), Extent::Cut(_))
}

/// How far an object goes.
enum Extent {
    Whole(usize),
    /// It does not end, and what is before this position is inside it.
    Cut(usize),
}

fn extent_of(bytes: &[u8]) -> Option<Extent> {
    bytes.starts_with(b"{").then(|| extent(bytes))
}

fn extent(bytes: &[u8]) -> Extent {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
    let broken = match values.next() {
        Some(Err(broken)) if !broken.is_eof() => broken,
        Some(Ok(_)) => return Extent::Whole(values.byte_offset()),
        _ => return Extent::Cut(bytes.len()),
    };
    let line = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(bytes.len());
    // Broken JSON can be complete. But a text over a line's end is one only if nothing else is wrong with it: else the quote
    // that seems to end it begins another text, in a later line of a log.
    if let Some(end) = object_end(bytes) {
        let joined = || {
            bytes[..end]
                .iter()
                .map(|byte| if *byte == b'\n' { b' ' } else { *byte })
                .collect::<Vec<u8>>()
        };
        if end <= line
            || !ends_in_text(&bytes[..line])
            || serde_json::from_slice::<IgnoredAny>(&joined()).is_ok()
        {
            return Extent::Whole(end);
        }
    }
    // The end of a log's line may be missing. But JSON that goes on below that line has many lines.
    let below = bytes[line..]
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace());
    let lines = 1 + below.filter(|byte| **byte == b'\n').count();
    Extent::Cut(if broken.line() > lines {
        bytes.len()
    } else {
        line
    })
}

fn ends_in_text(bytes: &[u8]) -> bool {
    let (mut in_text, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ => {}
        }
    }
    in_text
}
