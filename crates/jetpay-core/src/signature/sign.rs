//! Signing a body that somebody else wrote, without touching its other bytes.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::value::RawValue;

use super::claimed::CHARACTERS;
use super::{Canonical, Key, Unreadable};

/// The fields of an object as they stand.
type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// Signs `body`: its bytes as they are, with `signature` set at the top level, or in `general` when the body has
/// that object. A signature that stands there is replaced, and one at the top level counts before `general`'s.
///
/// ```
/// use jetpay_core::signature::{Key, sign};
///
/// let signed = sign(br#"{"project_id": 1234}"#, &Key::new("secret")?)?;
/// assert!(signed.starts_with(br#"{"project_id": 1234,"signature":""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Unreadable`], as [`Canonical::parse`].
pub fn sign(body: &[u8], key: &Key) -> Result<Vec<u8>, Unreadable> {
    Canonical::parse(body)?;
    // A signature of `null` counts as a value and would be signed, so its place is filled before the parse: with as
    // many characters as it will have, so that what is signed is not too large to be read.
    let placed = place(body, &"A".repeat(CHARACTERS))?;
    let signature = key.sign(Canonical::parse(&placed)?.string_to_sign());
    place(body, &signature)
}

/// Puts a signature text in its place.
fn place(body: &[u8], signature: &str) -> Result<Vec<u8>, Unreadable> {
    let text = std::str::from_utf8(body)?;
    let top = fields(text)?;
    let general = top
        .get("general")
        .map(|general| general.get())
        .filter(|general| general.starts_with('{'));
    let object = match general {
        Some(general) if !top.contains_key("signature") => general,
        _ => text.trim_ascii(),
    };
    let present = fields(object)?;
    let (range, with) = if let Some(signature_there) = present.get("signature") {
        (
            span_in(text, signature_there.get()),
            format!("\"{signature}\""),
        )
    } else {
        let end = span_in(text, object).end - 1;
        let comma = if present.is_empty() { "" } else { "," };
        (end..end, format!("{comma}\"signature\":\"{signature}\""))
    };
    Ok([&body[..range.start], with.as_bytes(), &body[range.end..]].concat())
}

fn fields(object: &str) -> Result<Fields<'_>, Unreadable> {
    serde_json::from_str(object).map_err(|error| Unreadable::Json(error.to_string()))
}

/// Where `part`, a slice of `whole`, stands in it.
fn span_in(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - whole.as_ptr().addr();
    start..start + part.len()
}
