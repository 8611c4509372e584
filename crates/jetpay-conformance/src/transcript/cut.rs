//! What people may see of a body.

use jetpay_core::redacted::Redacted;

use crate::secrets;

/// How much of a text is shown, in characters.
const PAGE: usize = 1_000;
const SENTENCE: usize = 320;
/// A signature is a word of at least so many characters of base64 or hexadecimal digits; of it the first ones are shown.
const SIGNATURE: usize = 40;
const SHOWN: usize = 6;

/// A body as text, without secrets and signatures, and no longer than a page.
pub(super) fn shown(body: &[u8], secrets: &[Redacted]) -> String {
    // Four bytes make at most one character more; what cannot be shown is not searched through.
    let begin = &body[..body.len().min(16 * PAGE)];
    let text = without_signatures(&secrets::cut(&String::from_utf8_lossy(begin), secrets));
    let page: String = text.chars().take(PAGE).collect();
    if page.len() == text.len() && begin.len() == body.len() {
        page
    } else {
        format!("{page}… ({} bytes)", body.len())
    }
}

/// A sentence of ours that tells of an answer: without secrets and signatures, and no longer than some lines.
pub(super) fn sentence(text: &str, secrets: &[Redacted]) -> String {
    let text = without_signatures(&secrets::cut(text, secrets));
    let shown: String = text.chars().take(SENTENCE).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    shown + more
}

/// Long words of base64 cut after their first characters, also where `/` is written `\/`.
fn without_signatures(text: &str) -> String {
    let mut cut = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(is_of_a_signature) {
        let (before, word) = rest.split_at(begin);
        let end = word.find(|it| !is_of_a_signature(it)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        cut.push_str(before);
        if word.len() < SIGNATURE {
            cut.push_str(word);
            rest = after;
        } else {
            cut.push_str(&word[..SHOWN]);
            cut.push('…');
            rest = after.trim_start_matches('=');
        }
    }
    cut + rest
}

fn is_of_a_signature(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str =
        "p8gMk6bxlGw1c9J0CwwhMWr7XJv5NVoqtDCGdV8TlWa8xPfVi4RRThbffxlFGWmkTihAQ10cCwi5ddvEtJsQzg==";

    #[test]
    fn signature_is_cut_whoever_writes_it() {
        let sent = format!("{{\"signature\":\"{SIGNATURE}\"}}");
        assert_eq!(shown(sent.as_bytes(), &[]), "{\"signature\":\"p8gMk6…\"}");
        let escaped = format!("got ab\\/{SIGNATURE}!");
        assert_eq!(shown(escaped.as_bytes(), &[]), "got ab\\/p8…!");
        let legacy = "e19695449545fac562843ca06e7e0f3e51281ad6";
        assert_eq!(shown(legacy.as_bytes(), &[]), "e19695…");
    }

    #[test]
    fn secret_is_cut_and_short_words_stay() {
        let secrets = [Redacted::new("my secret"), Redacted::new("")];
        let text = "{\"error\":\"hmac(my secret) differs\",\"path\":\"/a/b\"}";
        let cut = "{\"error\":\"hmac([secret]) differs\",\"path\":\"/a/b\"}";
        assert_eq!(shown(text.as_bytes(), &secrets), cut);
    }

    #[test]
    fn long_body_is_cut_to_a_page_with_its_size() {
        let body = "б ".repeat(PAGE);
        let text = shown(body.as_bytes(), &[]);
        assert!(text.ends_with("… (3000 bytes)"), "{text}");
        assert!(text.chars().count() < PAGE + 20);
    }
}
