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
        undo: |text| unescaped(text, hexadecimal),
    },
    Escape {
        name: "the shell's quotes undone",
        sign: b"'\\''",
        undo: |text| replaced(text, b"'\\''", b"'"),
    },
    Escape {
        name: "backslashes undone",
        sign: b"\\",
        undo: |text| unescaped(text, backslash),
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
            let signs = [
                ("&quot;", "\""),
                ("&#39;", "'"),
                ("&lt;", "<"),
                ("&gt;", ">"),
                ("&amp;", "&"),
            ];
            signs.iter().fold(text.to_vec(), |text, (escape, sign)| {
                replaced(&text, escape.as_bytes(), sign.as_bytes())
            })
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

/// Undoes the escapes that `read` knows: from what follows a backslash, the bytes of the escape and those that it means.
fn unescaped(text: &[u8], read: impl Fn(&[u8]) -> Option<(usize, Vec<u8>)>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        let escape = (*first == b'\\').then(|| read(after)).flatten();
        match escape {
            Some((length, meant)) => {
                out.extend(meant);
                rest = &after[length..];
            }
            None => out.push(*first),
        }
    }
    out
}

/// Reads `x22`.
fn hexadecimal(after: &[u8]) -> Option<(usize, Vec<u8>)> {
    match after {
        [b'x', high, low, ..] => Some((3, vec![byte(*high, *low)?])),
        _ => None,
    }
}

/// Reads the escapes of a shell's `$'...'`, which debuggers print, too.
fn backslash(after: &[u8]) -> Option<(usize, Vec<u8>)> {
    let sign = match after {
        [b'n', ..] => b'\n',
        [b'r', ..] => b'\r',
        [b't', ..] => b'\t',
        [sign @ (b'\\' | b'"' | b'\'' | b'/'), ..] => *sign,
        [b'u', a, b, c, d, ..] => {
            let code = u32::from(byte(*a, *b)?) << 8 | u32::from(byte(*c, *d)?);
            return Some((5, char::from_u32(code)?.to_string().into_bytes()));
        }
        after => return hexadecimal(after),
    };
    Some((1, vec![sign]))
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
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
