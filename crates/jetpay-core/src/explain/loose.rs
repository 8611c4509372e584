//! Base64 as it should not be, but is seen.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

/// The 64 bytes of a signature in url-safe base64, without padding, or with white space in it.
pub(super) fn decode(text: &str) -> Option<[u8; 64]> {
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

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn url_safe_and_unpadded_and_broken_lines_decode_to_the_same_bytes() {
        let standard = format!("{}+/+/Ag==", "AAAA".repeat(20));
        let bytes = decode(&standard).unwrap();
        assert_eq!(
            decode(
                &standard
                    .replace('+', "-")
                    .replace('/', "_")
                    .replace('=', "")
            ),
            Some(bytes)
        );
        assert_eq!(
            decode(&format!("{}\n{}", &standard[..60], &standard[60..])),
            Some(bytes)
        );
        assert_eq!(decode("AAAA"), None);
        assert_eq!(decode("é"), None);
    }
}
