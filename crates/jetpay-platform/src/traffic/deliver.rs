//! Sends the callbacks of a payment, and repeats those that are not acknowledged.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;

use super::expected::{Answer, Answered, Expected};
use super::plan::{Action, Plan, Step};
use super::runner::{RequestInfo, Run};
use super::settings::Route;
use super::tally::MessageKind;
use crate::raw::{Connection, ConnectionError};
use crate::schedule;
use crate::schedule::{any_acknowledged, is_acknowledged};

/// A callback that was not acknowledged.
pub(super) struct Repeat {
    number: u64,
    route: usize,
    kind: MessageKind,
    payment_id: String,
    body: Vec<u8>,
}

impl Run {
    /// Carries out one step. Returns the callback that must be repeated, if any.
    pub(super) async fn carry_out(
        &self,
        plan: &Plan,
        payment_id: &str,
        step: &Step,
        body: Vec<u8>,
    ) -> Option<Repeat> {
        let route = &self.traffic.routes[plan.route];
        let kind = MessageKind::of(step);
        let info = RequestInfo {
            number: plan.number,
            route,
            kind,
            payment_id: Some(payment_id),
        };
        let acknowledged = match step.action {
            Action::Deliver(_) => self.send(info, Expected::Acknowledged, &body).await,
            Action::AtOnce(_, times) => self.send_at_once(info, times, &body).await,
            Action::Slowly(_, takes) => self.send_slowly(info, takes, &body).await,
            Action::Cut(_) => {
                self.cut(info, &body).await;
                return None;
            }
            Action::WrongAmount(_) => return self.send_once(info, Expected::PutAside, &body).await,
            Action::BadSignature | Action::Tampered | Action::UnknownPayment => {
                return self.send_once(info, Expected::Refused, &body).await;
            }
            Action::Garbage => return self.send_once(info, Expected::Unreadable, &body).await,
        };
        (!acknowledged).then(|| Repeat {
            number: plan.number,
            route: plan.route,
            kind,
            payment_id: payment_id.to_owned(),
            body,
        })
    }

    /// Sends a callback that is not worth repeating.
    async fn send_once(
        &self,
        info: RequestInfo<'_>,
        expected: Expected,
        body: &[u8],
    ) -> Option<Repeat> {
        self.send(info, expected, body).await;
        None
    }

    /// Sends a callback. Returns whether it was acknowledged.
    async fn send(&self, info: RequestInfo<'_>, expected: Expected, body: &[u8]) -> bool {
        let answer = info.route.callbacks.send("", body).await;
        self.judged(info, expected, &Answer::of(&answer))
    }

    /// Sends a callback several times at once. Returns whether each was acknowledged. At least one must be; the others
    /// are repeated.
    async fn send_at_once(&self, info: RequestInfo<'_>, times: u8, body: &[u8]) -> bool {
        let mut sends = JoinSet::new();
        for _ in 0..times {
            let (platform, body) = (info.route.callbacks.clone(), body.to_vec());
            sends.spawn(async move { platform.send("", body).await });
        }
        let answers = sends.join_all().await;
        let statuses = answers.iter().flatten().map(|exchange| exchange.status);
        let expected = if any_acknowledged(statuses) {
            Expected::AnotherAcknowledged
        } else {
            Expected::OneAcknowledged
        };
        let mut acknowledged = true;
        for answer in answers {
            acknowledged &= self.judged(info, expected, &Answer::of(&answer));
        }
        acknowledged
    }

    /// Compares the answer with the expected one. Returns whether it acknowledges.
    fn judged(&self, info: RequestInfo<'_>, expected: Expected, answer: &Answered) -> bool {
        self.judge(info, expected, answer);
        let status = answer.as_ref().map(|answer| answer.status);
        status.is_ok_and(is_acknowledged)
    }

    async fn send_slowly(&self, info: RequestInfo<'_>, takes: Duration, body: &[u8]) -> bool {
        let takes = takes / self.traffic.hurry.max(1);
        let answer = slowly(info.route.callbacks.base_url(), body, takes).await;
        let answer = answer.map_err(|lost| lost.to_string());
        self.judged(info, Expected::AcknowledgedIfInTime, &answer)
    }

    /// Sends a callback without waiting for the answer. Only a failed connection is an unexpected answer.
    async fn cut(&self, info: RequestInfo<'_>, body: &[u8]) {
        match cut(info.route.callbacks.base_url(), body).await {
            Ok(()) => self.sent(info.kind),
            Err(lost) => {
                self.judge(info, Expected::Acknowledged, &Err(lost.to_string()));
            }
        }
    }
}

/// Repeats a callback as the platform does, until it is acknowledged or the repeats end.
pub(super) async fn repeat(run: Arc<Run>, repeat: Repeat, _waits: OwnedSemaphorePermit) {
    let route: &Route = &run.traffic.routes[repeat.route];
    let info = RequestInfo {
        number: repeat.number,
        route,
        kind: repeat.kind,
        payment_id: Some(&repeat.payment_id),
    };
    run.counters.count(|tally| tally.waiting += 1);
    let mut acknowledged = false;
    for wait in schedule::waits().take(run.traffic.repeats) {
        run.sleep(wait).await;
        run.counters.count(|tally| tally.repeats += 1);
        acknowledged = run.send(info, Expected::Acknowledged, &repeat.body).await;
        if acknowledged {
            break;
        }
    }
    run.counters.count(|tally| {
        tally.waiting -= 1;
        tally.given_up += u64::from(!acknowledged);
    });
}

/// The number of pieces of a slow body.
const PIECES: u32 = 8;

/// Sends a body in pieces that take `takes` in all. The answer took the time from the last piece.
async fn slowly(url: &str, body: &[u8], takes: Duration) -> Result<Answer, ConnectionError> {
    let mut connection = Connection::open(url).await?;
    let begun = Instant::now();
    connection.send(head(&connection, body), Duration::ZERO);
    let piece = body.len().div_ceil(PIECES as usize).max(1);
    for piece in body.chunks(piece) {
        connection.send(piece, takes / PIECES);
    }
    let answer = connection.answer(false).await?;
    Ok(Answer {
        status: answer.status,
        code: None,
        has_payment_id: false,
        took: begun.elapsed().saturating_sub(takes),
    })
}

/// Sends the whole body and disconnects.
async fn cut(url: &str, body: &[u8]) -> Result<(), ConnectionError> {
    let connection = Connection::open(url).await?;
    let request = [head(&connection, body).as_slice(), body].concat();
    connection.send(request, Duration::ZERO);
    connection.cut().await;
    Ok(())
}

fn head(connection: &Connection, body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", &length),
        ("Connection", "close"),
    ];
    connection.head("POST", &headers)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const BODY: &[u8] = b"{\"a body\": \"of some length\"}";

    /// Listens for one connection. Returns the URL and, at the end, the bytes, the number of reads, and the time.
    async fn listen(answer: &'static [u8]) -> (String, JoinHandle) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/kaspi?a=1", listener.local_addr().unwrap());
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (begun, mut bytes, mut reads) = (Instant::now(), Vec::new(), 0);
            while !bytes.ends_with(BODY) && stream.read_buf(&mut bytes).await.unwrap() > 0 {
                reads += 1;
            }
            let took = begun.elapsed();
            stream.write_all(answer).await.unwrap();
            (bytes, reads, took)
        });
        (url, heard)
    }

    type JoinHandle = tokio::task::JoinHandle<(Vec<u8>, u32, Duration)>;

    #[tokio::test]
    async fn slow_body_comes_in_pieces_and_the_answer_is_read() {
        let (url, heard) = listen(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").await;
        let takes = Duration::from_millis(200);
        let answer = slowly(&url, BODY, takes).await.unwrap();
        let (bytes, reads, heard_for) = heard.await.unwrap();
        assert_eq!(answer.status, 503);
        assert!(
            reads >= 4 && heard_for >= takes / 2,
            "{reads} {heard_for:?}"
        );
        let took = answer.took;
        assert!(
            took < takes,
            "the deliberate delay does not count: {took:?}"
        );
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("POST /kaspi?a=1 HTTP/1.1\r\nHost: 127.0.0.1:"));
        assert!(text.contains(&format!("Content-Length: {}\r\n", BODY.len())));
    }

    #[tokio::test]
    async fn cut_request_arrives_whole() {
        let (url, heard) = listen(b"").await;
        cut(&url, BODY).await.unwrap();
        assert!(heard.await.unwrap().0.ends_with(BODY));
    }

    #[tokio::test]
    async fn invalid_answer_and_invalid_url_are_errors() {
        for (answer, expected) in [
            (&b""[..], "closed before the answer"),
            (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "no HTTP"),
        ] {
            let (url, _heard) = listen(answer).await;
            let error = slowly(&url, BODY, Duration::ZERO).await.unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
        for url in ["http://127.0.0.1:1/", "https://127.0.0.1:1/", "nonsense"] {
            assert!(cut(url, BODY).await.is_err());
        }
    }
}
