//! Wrong ways to write a signature.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

use crate::Hint;

type Signature = [u8; 64];

/// Decodes the text in each wrong way. Each result has the hint that says what is wrong.
pub(super) fn decodings(text: &str) -> Vec<(Hint, Signature)> {
    let unescaped = text
        .replace("%2B", "+")
        .replace("%2b", "+")
        .replace("%2F", "/")
        .replace("%2f", "/")
        .replace("%3D", "=")
        .replace("%3d", "=");
    let through_a_form = unescaped.trim().replace(' ', "+");
    let found = [
        (Hint::LooseBase64, base64(text)),
        (Hint::FormEncoded, base64(&through_a_form)),
        (Hint::Hexadecimal, hexadecimal(text.trim())),
    ];
    let found = found
        .into_iter()
        .filter_map(|(hint, bytes)| Some((hint, bytes?)));
    found.collect()
}

/// Decodes base64 that may be URL-safe, without padding, or with white space in it.
fn base64(text: &str) -> Option<Signature> {
    let standard: String = text
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '=')
        .map(|character| match character {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    STANDARD_NO_PAD.decode(standard).ok()?.try_into().ok()
}

fn hexadecimal(text: &str) -> Option<Signature> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    (digits.len() == 128).then(|| bytes.try_into().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_safe_and_unpadded_base64_and_line_breaks_decode_to_the_same_bytes() {
        let standard = format!("{}+/+/Ag==", "AAAA".repeat(20));
        let bytes = base64(&standard).unwrap();
        let url_safe = standard.replace('+', "-").replace('/', "_");
        assert_eq!(base64(&url_safe.replace('=', "")), Some(bytes));
        assert_eq!(
            base64(&format!("{}\n{}", &standard[..60], &standard[60..])),
            Some(bytes)
        );
        for mangled in [
            standard.replace('+', " "),
            standard.replace('+', "%2B").replace('=', "%3d"),
        ] {
            assert_eq!(decodings(&mangled), [(Hint::FormEncoded, bytes)]);
        }
        assert_eq!(decodings("AAAA"), []);
        assert_eq!(decodings("é"), []);
    }

    #[test]
    fn only_128_hexadecimal_digits_are_a_signature() {
        assert_eq!(decodings(&"0f".repeat(64)), [(Hint::Hexadecimal, [15; 64])]);
        assert_eq!(decodings(&"0f".repeat(63)), []);
    }
}
