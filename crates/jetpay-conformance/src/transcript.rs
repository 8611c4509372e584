//! What a check sent and received, for the report: without secrets and signatures, and not longer than a page.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jetpay_core::redacted::Redacted;
use jetpay_platform::{Exchange, NoAnswer, Recorder, visible};
use serde::Serialize;
use tokio::sync::Notify;

use crate::check::AN_ANSWER;
use crate::check_context::AFTERWARDS;
use crate::expect::{self, Seen};
use crate::leaks;

/// The number of exchanges of a check that are kept: the first one and the last ones.
const KEPT: usize = 6;

/// A request and its answer, as the report shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RecordedExchange {
    /// What it has to do with the failure; `None` if nothing special.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
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

/// What an exchange has to do with a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// Its answer broke the expectation, or after it the money was wrong.
    Guilty,
    /// It looked up the money.
    Observed,
}

impl Role {
    pub(crate) fn says(self) -> &'static str {
        match self {
            Self::Guilty => "Here it failed",
            Self::Observed => "What the money was",
        }
    }
}

/// Keeps exchanges. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transcript {
    secrets: Arc<[Redacted]>,
    exchanges: Arc<Mutex<Vec<Recorded>>>,
    late: Lateness,
}

#[derive(Debug)]
struct Recorded {
    shown: RecordedExchange,
    kind: &'static str,
    begun: Instant,
}

impl Transcript {
    pub(crate) fn new(secrets: impl IntoIterator<Item = Redacted>, late: &Lateness) -> Self {
        Self {
            secrets: secrets
                .into_iter()
                .filter(|secret| secret.as_str().chars().count() >= leaks::A_SECRET)
                .collect(),
            late: late.clone(),
            ..Self::default()
        }
    }

    /// Records a request that looks up the money. Returns its number.
    pub(crate) fn looked_up(&self, url: &str) -> usize {
        let number = self.sent("GET", url, None, b"");
        if let Some(recorded) = self.exchanges().get_mut(number) {
            recorded.kind = "--observe";
            recorded.shown.role = Some(Role::Observed);
        }
        number
    }

    /// Records the answer to the request with this number, and how long the endpoint took.
    pub(crate) fn note(&self, number: usize, status: u16, got: &[u8], took: Duration) {
        self.note_shown(number, Some(status), shown(got, &self.secrets), took);
    }

    /// Records why there is no answer to the request with this number.
    pub(crate) fn note_none(&self, number: usize, why: String) {
        let begun = self.exchanges().get(number).map(|it| it.begun.elapsed());
        self.note_shown(number, None, why, begun.unwrap_or_default());
    }

    fn note_shown(&self, number: usize, status: Option<u16>, got: String, took: Duration) {
        if let Some(recorded) = self.exchanges().get_mut(number) {
            recorded.shown.status = status;
            recorded.shown.got = got;
            recorded.shown.took_ms = took;
            self.late.count(recorded);
        }
    }

    /// The exchanges to show, and the number of those left out. `failed` is what a failed check saw. Without an exchange
    /// of its own it is about the last one to the endpoint.
    pub(crate) fn finish(&self, failed: Option<&Seen>) -> (Vec<RecordedExchange>, usize) {
        let mut exchanges = std::mem::take(&mut *self.exchanges());
        let all = exchanges.len();
        let of_endpoint = |it: &Recorded| it.shown.role.is_none();
        let last = exchanges.iter().rposition(of_endpoint);
        let guilty = failed.and_then(|seen| seen.exchange.filter(|it| *it < all).or(last));
        let mut begun = None;
        if let Some(guilty) = guilty {
            exchanges[guilty].shown.role = Some(Role::Guilty);
            let before = &exchanges[..guilty];
            begun = before.iter().rposition(|it| it.kind == "check_deposit");
            if Some(guilty) != last {
                exchanges.truncate(guilty + 1);
            }
        }
        let tail = (exchanges.len() + 1).saturating_sub(KEPT);
        let kept: Vec<_> = exchanges
            .into_iter()
            .enumerate()
            .filter(|(number, _)| *number == 0 || Some(*number) == begun || *number >= tail)
            .map(|(_, recorded)| recorded.shown)
            .collect();
        let left_out = all - kept.len();
        (kept, left_out)
    }

    /// Whether a text of the endpoint contains a secret.
    pub(crate) fn has_secret(&self, text: &str) -> bool {
        leaks::contains_secret(text, &self.secrets)
    }

    /// What an expectation saw, without secrets and signatures, and not too long.
    pub(crate) fn sentence(&self, seen: &Seen) -> String {
        let received = leaks::redact(&seen.received, &self.secrets);
        short(&format!("{}{received}", seen.words))
    }

    /// What a check expected. An answer that did not come is named after its request.
    pub(crate) fn expected(&self, expected: &str, limit: Duration) -> String {
        match (expected.strip_prefix(AN_ANSWER), self.exchanges().last()) {
            (Some(after @ ("" | AFTERWARDS)), Some(last)) if last.shown.status.is_none() => {
                let within = expect::within(limit);
                let is_late = last.shown.took_ms > limit;
                let wanted = if is_late { &within } else { AN_ANSWER };
                format!("{wanted} to {}{after}", last.kind)
            }
            _ => short(expected),
        }
    }

    fn exchanges(&self) -> MutexGuard<'_, Vec<Recorded>> {
        // After a panic at worst the answer of one exchange is missing.
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder for Transcript {
    fn sent(&self, http_method: &str, url: &str, content_type: Option<&str>, body: &[u8]) -> usize {
        let mut exchanges = self.exchanges();
        let url = leaks::redact(&visible::url(url), &self.secrets);
        exchanges.push(Recorded {
            shown: RecordedExchange {
                role: None,
                request: format!("{http_method} {url}"),
                content_type: content_type.map(str::to_owned),
                sent: shown(body, &self.secrets),
                status: None,
                got: String::new(),
                took_ms: Duration::ZERO,
            },
            kind: expect::kind(body),
            begun: Instant::now(),
        });
        exchanges.len() - 1
    }

    fn answered(&self, number: usize, answer: &Result<Exchange, NoAnswer>) {
        match answer {
            Ok(it) => self.note(number, it.status, &it.body, it.elapsed),
            Err(error) => self.note_none(number, error.reason.clone()),
        }
    }
}

/// How long late answers held a run. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lateness {
    limit: Duration,
    patience: Duration,
    state: Arc<(Mutex<Late>, Notify)>,
}

#[derive(Debug, Default)]
struct Late {
    spent: Duration,
    /// The exchange that was one too many, and the kind of its message.
    last: Option<(&'static str, RecordedExchange)>,
}

impl Lateness {
    /// An answer is late after `limit`. A run waits for late answers no longer than `patience` in all.
    pub(crate) fn new(limit: Duration, patience: Duration) -> Self {
        Self {
            limit,
            patience,
            ..Self::default()
        }
    }

    fn count(&self, recorded: &Recorded) {
        let shown = &recorded.shown;
        if self.patience.is_zero() || (shown.status.is_some() && shown.took_ms <= self.limit) {
            return;
        }
        let mut late = self.late();
        late.spent += shown.took_ms;
        if late.spent > self.patience && late.last.is_none() {
            late.last = Some((recorded.kind, shown.clone()));
            self.state.1.notify_one();
        }
    }

    /// Resolves when late answers have held the run for too long.
    pub(crate) async fn is_too_much(&self) {
        self.state.1.notified().await;
    }

    /// The exchange that was one too many, and the kind of its message.
    pub(crate) fn last(&self) -> Option<(&'static str, RecordedExchange)> {
        self.late().last.clone()
    }

    fn late(&self) -> MutexGuard<'_, Late> {
        self.state.0.lock().unwrap_or_else(PoisonError::into_inner)
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

/// A sentence without signatures, and not longer than a few lines.
fn short(text: &str) -> String {
    let text = without_signatures(text);
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

    /// A transcript with these kinds of messages, each answered.
    fn recorded(kinds: &[&str]) -> Transcript {
        let transcript = Transcript::default();
        for (number, kind) in kinds.iter().enumerate() {
            let sent = if *kind == "seen" {
                transcript.looked_up("http://a")
            } else {
                let body = format!("{{\"type\":\"{kind}\",\"number\":{number}}}");
                transcript.sent("POST", "http://a", None, body.as_bytes())
            };
            transcript.note(
                sent,
                200,
                number.to_string().as_bytes(),
                Duration::from_millis(7),
            );
        }
        transcript
    }

    #[test]
    fn guilty_exchange_is_kept_with_the_first_and_the_one_that_began_the_payment() {
        let mut many = ["verify"; 20];
        many[3] = "check_deposit";
        let money = ["check_deposit", "callback", "seen", "callback", "seen"];
        let all = ["verify", "verify", "verify"];
        for (kinds, failed, kept, guilty) in [
            (&many[..], None, "0 15 16 17 18 19", None),
            (&many, Some(None), "0 3 15 16 17 18 19", Some(6)),
            (&many, Some(Some(10)), "0 3 6 7 8 9 10", Some(6)),
            (&money, Some(None), "0 1 2 3 4", Some(3)),
            (&all, Some(Some(1)), "0 1", Some(1)),
            (&all, Some(Some(7)), "0 1 2", Some(2)),
            (&["seen"], Some(None), "0", None),
        ] {
            let seen = failed.map(|exchange| Seen {
                exchange,
                ..Seen::default()
            });
            let (exchanges, left_out) = recorded(kinds).finish(seen.as_ref());
            let got: Vec<&str> = exchanges.iter().map(|it| it.got.as_str()).collect();
            assert_eq!(got.join(" "), kept, "{kinds:?} {failed:?}");
            assert_eq!(left_out + got.len(), kinds.len());
            let is_guilty = |it: &RecordedExchange| it.role == Some(Role::Guilty);
            assert_eq!(exchanges.iter().position(is_guilty), guilty, "{kinds:?}");
        }
    }

    #[test]
    fn time_of_an_exchange_is_written_as_a_number() {
        let (kept, _) = recorded(&["verify"]).finish(None);
        let json = serde_json::to_value(&kept[0]).unwrap();
        assert_eq!(json["took_ms"], 7);
        assert_eq!(json["status"], 200);
    }

    #[test]
    fn late_answers_end_the_run_when_they_held_it_longer_than_its_patience() {
        let (limit, patience) = (Duration::from_secs(5), Duration::from_secs(40));
        for (status, took, ends_after) in [
            (Some(200), 5_000, None),
            (Some(200), 8_000, Some(6)),
            (None, 10_000, Some(5)),
            (None, 1, None),
        ] {
            let late = Lateness::new(limit, patience);
            let transcript = Transcript::new([], &late);
            let took = Duration::from_millis(took);
            let ended = (1..=20).find(|_| {
                let number = transcript.sent("POST", "http://a", None, b"{\"type\":\"verify\"}");
                transcript.note_shown(number, status, String::new(), took);
                late.last().is_some()
            });
            assert_eq!(ended, ends_after, "{status:?} {took:?}");
        }
    }

    #[test]
    fn secret_is_redacted_in_what_came_and_never_in_our_words() {
        for secret in [
            "password",
            "operation",
            "HTTP 200",
            "customer",
            "a callback",
        ] {
            let transcript = Transcript::new([Redacted::new(secret)], &Lateness::default());
            let words = format!("{secret} is missing; HTTP 200: ");
            let seen = Seen::received(format!("<{secret}>")).after(&words);
            assert_eq!(transcript.sentence(&seen), format!("{words}<[secret]>"));
            let expected = format!("HTTP 200 to {secret}");
            assert_eq!(transcript.expected(&expected, Duration::ZERO), expected);
            let url = format!("http://a/{secret}").replace(' ', "%20");
            let number = transcript.sent("POST", &url, None, secret.as_bytes());
            transcript.note_none(number, format!("{secret} timed out"));
            let shown = &transcript.finish(None).0[0];
            assert_eq!(shown.got, format!("{secret} timed out"));
            assert_eq!(shown.sent, "[secret]");
        }
    }

    const SIGNATURE: &str =
        "p8gMk6bxlGw1c9J0CwwhMWr7XJv5NVoqtDCGdV8TlWa8xPfVi4RRThbffxlFGWmkTihAQ10cCwi5ddvEtJsQzg==";

    #[test]
    fn signatures_are_cut_and_secrets_redacted_in_a_body_and_short_words_stay() {
        let signed = format!("{{\"signature\":\"{SIGNATURE}\"}}");
        let escaped = format!("got ab\\/{SIGNATURE}!");
        let legacy = "e19695449545fac562843ca06e7e0f3e51281ad6";
        let error = "{\"error\":\"hmac(my secret) differs\",\"path\":\"/a/b\"}";
        let redacted = "{\"error\":\"hmac([secret]) differs\",\"path\":\"/a/b\"}";
        for (body, text) in [
            (signed.as_str(), "{\"signature\":\"p8gMk6…\"}"),
            (&escaped, "got ab\\/p8…!"),
            (legacy, "e19695…"),
            (error, redacted),
        ] {
            assert_eq!(shown(body.as_bytes(), &[Redacted::new("my secret")]), text);
        }
    }

    #[test]
    fn long_body_is_cut_to_a_page_with_its_size() {
        let body = "б ".repeat(PAGE);
        let text = shown(body.as_bytes(), &[]);
        assert!(text.ends_with("… (3000 bytes)"), "{text}");
        assert!(text.chars().count() < PAGE + 20);
    }
}
