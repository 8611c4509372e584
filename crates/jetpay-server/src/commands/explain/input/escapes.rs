//! Ways in which logs, shells, forms and events write a body, undone.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode;
use serde_json::Value;

/// A way in which logs, shells and forms escape a body.
pub(super) struct Escape {
    pub(super) name: &'static str,
    /// A text that every use of this escape contains.
    pub(super) sign: &'static [u8],
    pub(super) undo: fn(&[u8]) -> Vec<u8>,
}

pub(super) const URL: &str = "URL encoding undone";
pub(super) const URL_SIGN: &[u8] = b"%22";
pub(super) const FORM: &str = "the name and the value of a form's field joined";

pub(super) const ESCAPES: [Escape; 8] = [
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
    Escape {
        name: URL,
        sign: URL_SIGN,
        undo: percents,
    },
    Escape {
        name: "URL encoding undone twice",
        sign: b"%2522",
        undo: |text| percents(&percents(text)),
    },
    Escape {
        name: "HTML escapes undone",
        sign: b"&quot;",
        undo: |text| {
            let plain = replaced(&replaced(text, b"&quot;", b"\""), b"&#39;", b"'");
            replaced(
                &replaced(&replaced(&plain, b"&lt;", b"<"), b"&gt;", b">"),
                b"&amp;",
                b"&",
            )
        },
    },
    // As Node and Python print the fields of a form: `{ '{"project_id":1,"signature":"AA': '="}' }`.
    Escape {
        name: FORM,
        sign: b"': '",
        undo: |text| replaced(text, b"': '", b"="),
    },
    Escape {
        name: FORM,
        sign: b"': ['",
        undo: |text| replaced(text, b"': ['", b"="),
    },
];

/// A body that a form's parser took for the name of a field, and cut at its first `=`.
pub(super) fn torn_by_a_form(object: &[u8]) -> Option<String> {
    let fields: serde_json::Map<String, Value> = serde_json::from_slice(object).ok()?;
    let (name, value) = fields.iter().next().filter(|_| fields.len() == 1)?;
    let value = value.get(0).unwrap_or(value).as_str()?;
    name.starts_with('{').then(|| format!("{name}={value}"))
}

/// The positions and the bytes of texts that are base64 of an object or of compressed bytes.
pub(super) fn base64_texts(text: &[u8]) -> Vec<(usize, Vec<u8>)> {
    /// Shorter texts hold no body.
    const SHORTEST: usize = 24;
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let mut found = Vec::new();
    let mut from = 0;
    for run in text.split(|byte| !is_base64(*byte)) {
        let at = from;
        from += run.len() + 1;
        if run.len() < SHORTEST {
            continue;
        }
        let run = replaced(&replaced(run, b"-", b"+"), b"_", b"/");
        let begins = LENIENT.decode(&run[..4]).unwrap_or_default();
        // An object, also in base64 twice, in an array, or after white space or a byte order mark.
        let begins_so = |sign: &&[u8]| begins.trim_ascii_start().starts_with(sign);
        let is_object = begins.trim_ascii().is_empty()
            || [&b"{"[..], b"[{", b"ey", b"\xef\xbb\xbf"]
                .iter()
                .any(begins_so);
        if is_object || super::recode::compressed(&begins).is_some() {
            found.extend(LENIENT.decode(&run).ok().map(|bytes| (at, bytes)));
        }
    }
    found
}

pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

pub(super) fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Undoes `%22`. A `+` is a space in a form, but not where spaces are `%20`.
pub(super) fn percents(text: &[u8]) -> Vec<u8> {
    let is_form = !contains(text, b"%20");
    let plain = if is_form {
        replaced(text, b"+", b" ")
    } else {
        text.to_vec()
    };
    percent_decode(&plain).collect()
}

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
                escaped @ (b'n' | b'r' | b't' | b'\\' | b'"' | b'\'' | b'/'),
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
