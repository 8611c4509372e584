//! What a check sent and received, for the report: without secrets and signatures, and not longer than a page.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jetpay_core::redacted::Redacted;
use jetpay_platform::{Exchange, NoAnswer, Recorder, visible};
use serde::Serialize;

use crate::leaks;

/// The number of exchanges of a check that are kept: the first one and the last ones.
const KEPT: usize = 6;

/// A request and its answer, as the report shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordedExchange {
    /// The method and the URL of the request: `POST https://shop.example/kaspi`.
    pub request: String,
    /// The content type of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body of the request. Secrets and signatures are redacted, and a long body is cut.
    pub sent: String,
    /// The HTTP status of the answer; `None` without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The body of the answer, redacted and cut like `sent`, or the reason why there is none.
    pub got: String,
    /// From the first byte sent to the last byte received, in milliseconds.
    #[serde(serialize_with = "millis")]
    pub took_ms: Duration,
}

/// Keeps exchanges. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transcript {
    secrets: Arc<[Redacted]>,
    exchanges: Arc<Mutex<Vec<RecordedExchange>>>,
}

impl Transcript {
    pub(crate) fn new(secrets: impl IntoIterator<Item = Redacted>) -> Self {
        Self {
            secrets: secrets.into_iter().collect(),
            exchanges: Arc::default(),
        }
    }

    /// Records the answer to the request with this number. Without a `status`, `got` says why there is none.
    pub(crate) fn note(&self, sent: usize, status: Option<u16>, got: &[u8], took: Duration) {
        if let Some(recorded) = self.exchanges().get_mut(sent) {
            recorded.status = status;
            recorded.got = shown(got, &self.secrets);
            recorded.took_ms = took;
        }
    }

    /// The exchanges to show, and the number of those left out after the first one.
    pub(crate) fn finish(&self) -> (Vec<RecordedExchange>, usize) {
        let mut exchanges = std::mem::take(&mut *self.exchanges());
        let left_out = exchanges.len().saturating_sub(KEPT);
        if left_out > 0 {
            exchanges.drain(1..=left_out);
        }
        (exchanges, left_out)
    }

    /// Whether a text of the endpoint contains a secret.
    pub(crate) fn has_secret(&self, text: &str) -> bool {
        leaks::contains_secret(text, &self.secrets)
    }

    /// A sentence without secrets and signatures, and not too long.
    pub(crate) fn redact(&self, text: &str) -> String {
        sentence(text, &self.secrets)
    }

    fn exchanges(&self) -> MutexGuard<'_, Vec<RecordedExchange>> {
        // After a panic at worst the answer of one exchange is missing.
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for Transcript {
    fn sent(&self, http_method: &str, url: &str, content_type: Option<&str>, body: &[u8]) -> usize {
        let mut exchanges = self.exchanges();
        exchanges.push(RecordedExchange {
            request: leaks::redact(
                &format!("{http_method} {}", visible::url(url)),
                &self.secrets,
            ),
            content_type: content_type.map(str::to_owned),
            sent: shown(body, &self.secrets),
            status: None,
            got: String::new(),
            took_ms: Duration::ZERO,
        });
        exchanges.len() - 1
    }

    fn answered(&self, number: usize, answer: &Result<Exchange, NoAnswer>) {
        match answer {
            Ok(exchange) => {
                let status = Some(exchange.status);
                self.note(number, status, &exchange.body, exchange.elapsed);
            }
            Err(error) => {
                self.note(number, None, error.to_string().as_bytes(), Duration::ZERO);
            }
        }
    }
}

pub(crate) fn millis<S: serde::Serializer>(
    duration: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// The maximum length of a shown text, in characters.
const PAGE: usize = 1_000;
const SENTENCE: usize = 320;
/// A signature is a word of at least this many characters of base64 or hexadecimal digits. Only its first characters
/// are shown.
const SIGNATURE: usize = 40;
const SHOWN: usize = 6;

/// A body as text, without secrets and signatures, and not longer than a page.
fn shown(body: &[u8], secrets: &[Redacted]) -> String {
    // A character has at most four bytes. Bytes that cannot be shown are not searched.
    let begin = &body[..body.len().min(16 * PAGE)];
    let text = without_signatures(&leaks::redact(&String::from_utf8_lossy(begin), secrets));
    let page: String = text.chars().take(PAGE).collect();
    if page.len() == text.len() && begin.len() == body.len() {
        page
    } else {
        format!("{page}… ({} bytes)", body.len())
    }
}

/// A sentence about an answer, without secrets and signatures, and not longer than a few lines.
fn sentence(text: &str, secrets: &[Redacted]) -> String {
    let text = without_signatures(&leaks::redact(text, secrets));
    let shown: String = text.chars().take(SENTENCE).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    shown + more
}

/// Cuts long words of base64 after their first characters, even when `/` is written `\/`.
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

    #[test]
    fn first_and_last_exchanges_are_kept() {
        let transcript = Transcript::default();
        for number in 0..20 {
            let sent = transcript.sent("POST", "http://a", None, number.to_string().as_bytes());
            transcript.note(sent, Some(200), b"ok", Duration::from_millis(7));
        }
        let (kept, left_out) = transcript.finish();
        let sent: Vec<&str> = kept.iter().map(|it| it.sent.as_str()).collect();
        assert_eq!(sent, ["0", "15", "16", "17", "18", "19"]);
        assert_eq!(left_out, 14);
        assert_eq!(transcript.finish(), (Vec::new(), 0));
    }

    #[test]
    fn time_of_an_exchange_is_written_as_a_number() {
        let transcript = Transcript::default();
        let sent = transcript.sent("POST", "http://a", Some("application/json"), b"{}");
        transcript.note(sent, Some(200), b"", Duration::from_millis(7));
        let (kept, _) = transcript.finish();
        let json = serde_json::to_value(&kept[0]).unwrap();
        assert_eq!(json["took_ms"], 7);
        assert_eq!(json["status"], 200);
    }

    const SIGNATURE: &str =
        "p8gMk6bxlGw1c9J0CwwhMWr7XJv5NVoqtDCGdV8TlWa8xPfVi4RRThbffxlFGWmkTihAQ10cCwi5ddvEtJsQzg==";

    #[test]
    fn signature_is_cut_in_every_form() {
        let sent = format!("{{\"signature\":\"{SIGNATURE}\"}}");
        assert_eq!(shown(sent.as_bytes(), &[]), "{\"signature\":\"p8gMk6…\"}");
        let escaped = format!("got ab\\/{SIGNATURE}!");
        assert_eq!(shown(escaped.as_bytes(), &[]), "got ab\\/p8…!");
        let legacy = "e19695449545fac562843ca06e7e0f3e51281ad6";
        assert_eq!(shown(legacy.as_bytes(), &[]), "e19695…");
    }

    #[test]
    fn secret_is_redacted_and_short_words_stay() {
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
