//! What was sent and what came back, kept for people: with secrets and signatures cut, and no longer than a page.

mod cut;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jetpay_core::redacted::Redacted;
use serde::Serialize;

use crate::secrets;
use jetpay_platform::{Exchange, NoAnswer, Recorder, shown_url};

/// How many exchanges are kept of a check: the first one, and the last ones, with which it ended.
const KEPT: usize = 6;

/// A request and what came of it, as people may see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Recorded {
    /// What was asked and where: `POST https://shop.example/kaspi`.
    pub request: String,
    /// The content type that was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body that was sent. Secrets and signatures are cut, and so is what is longer than a page.
    pub sent: String,
    /// The HTTP status of the answer; none when there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The body of the answer, cut like `sent`, or why there was none.
    pub got: String,
    /// From the first byte sent to the last byte received, in milliseconds.
    #[serde(serialize_with = "millis")]
    pub took_ms: Duration,
}

/// Keeps what is sent. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transcript {
    secrets: Arc<[Redacted]>,
    exchanges: Arc<Mutex<Vec<Recorded>>>,
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
            recorded.got = cut::shown(got, &self.secrets);
            recorded.took_ms = took;
        }
    }

    /// What is worth showing, and how many exchanges between the first and the others are left out.
    pub(crate) fn wind_up(&self) -> (Vec<Recorded>, usize) {
        let mut exchanges = std::mem::take(&mut *self.exchanges());
        let left_out = exchanges.len().saturating_sub(KEPT);
        if left_out > 0 {
            exchanges.drain(1..=left_out);
        }
        (exchanges, left_out)
    }

    /// Whether a text of an endpoint tells one of the secrets.
    pub(crate) fn tells_secrets(&self, text: &str) -> bool {
        secrets::told(text, &self.secrets)
    }

    /// A text of ours with secrets and signatures cut.
    pub(crate) fn cut(&self, text: &str) -> String {
        cut::sentence(text, &self.secrets)
    }

    fn exchanges(&self) -> MutexGuard<'_, Vec<Recorded>> {
        // Whoever panicked has left at worst an exchange without its answer.
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for Transcript {
    fn sent(&self, http_method: &str, url: &str, content_type: Option<&str>, body: &[u8]) -> usize {
        let mut exchanges = self.exchanges();
        exchanges.push(Recorded {
            request: secrets::cut(&format!("{http_method} {}", shown_url(url)), &self.secrets),
            content_type: content_type.map(str::to_owned),
            sent: cut::shown(body, &self.secrets),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_exchanges_the_first_and_the_last_are_kept() {
        let transcript = Transcript::default();
        for number in 0..20 {
            let sent = transcript.sent("POST", "http://a", None, number.to_string().as_bytes());
            transcript.note(sent, Some(200), b"ok", Duration::from_millis(7));
        }
        let (kept, left_out) = transcript.wind_up();
        let sent: Vec<&str> = kept.iter().map(|it| it.sent.as_str()).collect();
        assert_eq!(sent, ["0", "15", "16", "17", "18", "19"]);
        assert_eq!(left_out, 14);
        assert_eq!(transcript.wind_up(), (Vec::new(), 0));
    }

    #[test]
    fn recorded_exchange_is_written_with_its_time_as_a_number() {
        let transcript = Transcript::default();
        let sent = transcript.sent("POST", "http://a", Some("application/json"), b"{}");
        transcript.note(sent, Some(200), b"", Duration::from_millis(7));
        let (kept, _) = transcript.wind_up();
        let json = serde_json::to_value(&kept[0]).unwrap();
        assert_eq!(json["took_ms"], 7);
        assert_eq!(json["status"], 200);
    }
}
