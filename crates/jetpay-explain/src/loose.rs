//! Wrong ways to write a signature, and other hashes than HMAC-SHA512.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use hmac::{KeyInit, Mac, SimpleHmac};
use percent_encoding::percent_decode_str;
use sha2::digest::block_api::BlockSizeUser;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use crate::Hint;
use crate::texts::{unescaped, without_entities};

type Signature = [u8; 64];

/// Decodes the text in each wrong way. Each result has the hint that says what is wrong.
pub(super) fn decodings(text: &str) -> Vec<(Hint, Signature)> {
    let digits = hexadecimal(text);
    let once = base64(bare(text));
    let ascii = |bytes: &Option<Vec<u8>>| String::from_utf8(bytes.clone()?).ok();
    let (in_hexadecimal, in_base64) = (ascii(&digits), ascii(&once));
    // A form makes a space of `+`, and PHP makes `_` of a space in a field's name.
    let plain = percent_decode_str(text.trim()).decode_utf8_lossy();
    let through_a_form = plain.replace([' ', '_'], "+");
    let twice = |how: &'static str, bytes: Option<Vec<u8>>| (Hint::EncodedTwice(how), bytes);
    let found = [
        (Hint::LooseBase64, once),
        (Hint::FormEncoded, base64(&through_a_form)),
        (Hint::EscapedTwice, base64(&unescaped(text))),
        (Hint::EntitiesEscaped, base64(&without_entities(text))),
        (Hint::Hexadecimal, digits),
        twice(
            "as hexadecimal digits, and those in base64",
            in_base64.as_deref().and_then(hexadecimal),
        ),
        twice("in base64 twice", in_base64.as_deref().and_then(base64)),
        twice(
            "in base64, and that as hexadecimal digits",
            in_hexadecimal.as_deref().and_then(base64),
        ),
    ];
    let mut different: Vec<(Hint, Signature)> = Vec::new();
    for (hint, bytes) in found {
        if let Some(signature) = bytes.and_then(|bytes| Signature::try_from(bytes).ok())
            && different.iter().all(|(_, other)| *other != signature)
        {
            different.push((hint, signature));
        }
    }
    different
}

/// The text without quotes around it and without a name before it, such as `sha512=`.
fn bare(text: &str) -> &str {
    let text = text
        .trim_matches(|character: char| character.is_whitespace() || "\"'<>".contains(character));
    let is_name = |name: &str| name.len() <= 16 && name.contains(['s', 'S', 'h', 'H', 'v']);
    match text.split_once(['=', ':', ' ']) {
        Some((name, rest)) if is_name(name) && rest.len() >= 80 => rest.trim_start(),
        _ => text,
    }
}

/// Decodes base64 that may be URL-safe, without padding, or with white space in it.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let standard: String = text
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '=')
        .map(|character| match character {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    STANDARD_NO_PAD.decode(standard).ok()
}

/// Decodes hexadecimal digits, which may have white space, colons or hyphens between them.
pub(super) fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let text = bare(text);
    let digits = text.strip_prefix("0x").unwrap_or(text).chars();
    let digits: Vec<u8> = digits
        .filter(|character| !character.is_whitespace() && !":-".contains(*character))
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty()
        .then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// The way in which a signature was made of the right string and secret, if it is neither HMAC-SHA512 nor whole.
pub(super) fn otherwise_made(given: &str, right: &str, secret: &str, string: &str) -> Option<Hint> {
    /// Fewer characters can be equal by chance.
    const CERTAIN: usize = 20;
    if given.eq_ignore_ascii_case(right) {
        return Some(Hint::SignatureCase);
    }
    let right_digits = to_hexadecimal(&base64(right)?);
    if given.len() >= CERTAIN
        && (right.starts_with(given) || right_digits.starts_with(&given.to_ascii_lowercase()))
    {
        return Some(Hint::SignatureCut);
    }
    let given = [hexadecimal(given), base64(bare(given))];
    let (secret, string) = (secret.as_bytes(), string.as_bytes());
    [
        hashed::<Sha512>("SHA-512", secret, string, &given),
        hashed::<Sha384>("SHA-384", secret, string, &given),
        hashed::<Sha256>("SHA-256", secret, string, &given),
        hashed::<Sha224>("SHA-224", secret, string, &given),
    ]
    .into_iter()
    .flatten()
    .next()
    .map(Hint::OtherHash)
}

pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn to_hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// The use of one hash that gives one of the digests.
fn hashed<D: Digest + BlockSizeUser>(
    hash: &str,
    secret: &[u8],
    string: &[u8],
    given: &[Option<Vec<u8>>],
) -> Option<String> {
    let hmac = |key: &[u8], text: &[u8]| {
        let keyed = SimpleHmac::<D>::new_from_slice(key).expect("HMAC accepts a key of any length");
        keyed.chain_update(text).finalize().into_bytes().to_vec()
    };
    let plain = |parts: &[&[u8]]| D::digest(parts.concat()).to_vec();
    [
        (
            format!("HMAC-{}", hash.replace('-', "")),
            hmac(secret, string),
        ),
        (
            format!("HMAC over {hash} with the string as the key and the secret as the text"),
            hmac(string, secret),
        ),
        (
            format!("plain {hash} of the secret and the string, not HMAC"),
            plain(&[secret, string]),
        ),
        (
            format!("plain {hash} of the string and the secret, not HMAC"),
            plain(&[string, secret]),
        ),
        (
            format!("plain {hash} of the secret, `;` and the string, not HMAC"),
            plain(&[secret, b";", string]),
        ),
        (
            format!("plain {hash} of the string, `;` and the secret, not HMAC"),
            plain(&[string, b";", secret]),
        ),
        (
            format!("plain {hash} of the string, without the secret"),
            plain(&[string]),
        ),
    ]
    .into_iter()
    .find(|(_, digest)| given.iter().flatten().any(|given| given == digest))
    .map(|(how, _)| how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_128_hexadecimal_digits_are_a_signature() {
        assert_eq!(decodings(&"0f".repeat(64)), [(Hint::Hexadecimal, [15; 64])]);
        for other in ["0f".repeat(63), "AAAA".to_owned(), "é".to_owned()] {
            assert_eq!(decodings(&other), [], "{other}");
        }
    }
}
