//! Requests that no HTTP client would send: a connection of a check, which records its exchanges.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use jetpay_platform::raw::{Answer, Connection, ConnectionError};
use jetpay_platform::{Exchange, NoAnswer, Platform, Recorder};

use super::check::{AN_ANSWER, CheckResult, Stop};
use super::check_context::{self, CheckContext};

/// A connection on which a check writes bytes as it likes.
pub(crate) struct Wire<'s> {
    context: &'s CheckContext<'s>,
    url: String,
    connection: Connection,
    /// How long the check itself paused.
    paused: Duration,
    /// Requests without an answer so far.
    open: VecDeque<OpenRequest>,
}

struct OpenRequest {
    number: usize,
    body: Vec<u8>,
    begun: Instant,
}

/// How a request marks the end of its body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Framing {
    /// With its length.
    Length,
    /// In chunks.
    Chunks,
}

impl CheckContext<'_> {
    /// Opens a connection to the URL of a platform.
    pub(crate) async fn wire(&self, platform: &Platform) -> CheckResult<Wire<'_>> {
        let url = platform.base_url().to_owned();
        let opened = Connection::open(&url).await;
        let connection = opened.map_err(|lost| no_answer(&url, &lost))?;
        Ok(Wire {
            context: self,
            url,
            connection,
            paused: Duration::ZERO,
            open: VecDeque::new(),
        })
    }
}

impl Wire<'_> {
    /// Begins to post a body. Returns the head of the request, which is still to be written.
    pub(crate) fn begin(&mut self, framing: Framing, body: &[u8]) -> Vec<u8> {
        let length = body.len().to_string();
        let framing = match framing {
            Framing::Length => ("Content-Length", length.as_str()),
            Framing::Chunks => ("Transfer-Encoding", "chunked"),
        };
        let json = "application/json";
        let transcript = &self.context.transcript;
        let number = transcript.sent("POST", &self.url, Some(json), body);
        self.open.push_back(OpenRequest {
            number,
            body: body.to_vec(),
            begun: Instant::now(),
        });
        self.connection
            .head("POST", &[("Content-Type", json), framing])
    }

    /// Writes bytes after a pause.
    pub(crate) fn write(&mut self, bytes: impl Into<Vec<u8>>, pause: Duration) {
        self.paused += pause;
        self.connection.send(bytes, pause);
    }

    /// Posts a body at once.
    pub(crate) fn post(&mut self, body: &[u8]) {
        let head = self.begin(Framing::Length, body);
        self.write([head.as_slice(), body].concat(), Duration::ZERO);
    }

    /// The answer to the oldest open request, and its headers. It must contain no secret.
    pub(crate) async fn answer(&mut self) -> CheckResult<(Exchange, Answer)> {
        let answered = self.answer_or_loss().await?;
        answered.map_err(|lost| no_answer(&self.url, &lost))
    }

    /// The same. When the connection ends instead, the check decides whether that is right.
    pub(crate) async fn answer_or_loss(
        &mut self,
    ) -> CheckResult<Result<(Exchange, Answer), ConnectionError>> {
        let Some(open) = self.open.pop_front() else {
            return Ok(Err(ConnectionError::Closed));
        };
        let transcript = &self.context.transcript;
        let timeout = check_context::timeout(self.context.target) + self.paused;
        let answer = tokio::time::timeout(timeout, self.connection.answer(false)).await;
        let answer = answer.map_err(|_| {
            let why = format!("nothing came within {timeout:?}");
            transcript.note_none(open.number, why.clone());
            Stop::failed(AN_ANSWER, why)
        })?;
        match answer {
            Ok(mut answer) => {
                let (status, body) = (answer.status, std::mem::take(&mut answer.body));
                let took = open.begun.elapsed().saturating_sub(self.paused);
                let mut exchange = Exchange::new(open.body, status, body, took);
                exchange.number = open.number;
                transcript.note(open.number, status, &exchange.body, took);
                self.context.expect_no_secret(&exchange)?;
                Ok(Ok((exchange, answer)))
            }
            Err(lost) => {
                transcript.note_none(open.number, lost.to_string());
                Ok(Err(lost))
            }
        }
    }

    /// Writes everything, then closes the connection without waiting for an answer.
    pub(crate) async fn cut(self) {
        for open in &self.open {
            let why = "the connection was cut in the middle of the body".to_owned();
            self.context.transcript.note_none(open.number, why);
        }
        self.connection.cut().await;
    }
}

fn no_answer(url: &str, lost: &ConnectionError) -> Stop {
    NoAnswer::new(url, lost.to_string()).into()
}
