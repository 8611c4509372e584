//! Requests that no HTTP client would send: a connection of a check, and what it keeps on the transcript.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::check_context::CheckContext;
use super::outcome::{Checked, Stop};
use jetpay_platform::raw::{Answer, Connection, Lost};
use jetpay_platform::{Exchange, NoAnswer};
use jetpay_platform::{Platform, Recorder};

/// A connection on which requests are written as a check likes.
pub(crate) struct Wire<'s> {
    scene: &'s CheckContext<'s>,
    url: String,
    connection: Connection,
    /// Requests without an answer so far.
    asked: VecDeque<Asked>,
}

struct Asked {
    number: usize,
    body: Vec<u8>,
    begun: Instant,
}

/// How a request says where its body ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Framing {
    /// By its length.
    Length,
    /// In chunks.
    Chunks,
}

impl CheckContext<'_> {
    /// A connection to the method's URL, or to where callbacks are taken.
    pub(crate) async fn wire(&self, platform: &Platform) -> Checked<Wire<'_>> {
        let url = platform.base_url().to_owned();
        let connection = Connection::open(&url)
            .await
            .map_err(|lost| no_answer(&url, &lost))?;
        Ok(Wire {
            scene: self,
            url,
            connection,
            asked: VecDeque::new(),
        })
    }
}

impl Wire<'_> {
    /// Begins to post a body; the head of the request, still to be written.
    pub(crate) fn begin(&mut self, framing: Framing, body: &[u8]) -> Vec<u8> {
        let length = body.len().to_string();
        let framing = match framing {
            Framing::Length => ("Content-Length", length.as_str()),
            Framing::Chunks => ("Transfer-Encoding", "chunked"),
        };
        let json = "application/json";
        self.asked.push_back(Asked {
            number: self
                .scene
                .transcript
                .sent("POST", &self.url, Some(json), body),
            body: body.to_vec(),
            begun: Instant::now(),
        });
        self.connection
            .head("POST", &[("Content-Type", json), framing])
    }

    /// Writes bytes after a pause.
    pub(crate) fn write(&self, bytes: impl Into<Vec<u8>>, pause: Duration) {
        self.connection.send(bytes, pause);
    }

    /// Posts a body at once.
    pub(crate) fn post(&mut self, body: &[u8]) {
        let head = self.begin(Framing::Length, body);
        self.write([head.as_slice(), body].concat(), Duration::ZERO);
    }

    /// The answer to the oldest request that has none: what it is, and its headers. It tells no secret.
    pub(crate) async fn answer(&mut self) -> Checked<(Exchange, Answer)> {
        let lost = match self.heard().await? {
            Ok(answered) => return Ok(answered),
            Err(lost) => lost,
        };
        Err(no_answer(&self.url, &lost))
    }

    /// The same; a connection that was ended instead is for the check to judge.
    pub(crate) async fn heard(&mut self) -> Checked<Result<(Exchange, Answer), Lost>> {
        let Some(asked) = self.asked.pop_front() else {
            return Ok(Err(Lost::Closed));
        };
        let transcript = &self.scene.transcript;
        match self.connection.answer(false).await {
            Ok(mut answer) => {
                let (status, body) = (answer.status, std::mem::take(&mut answer.body));
                let exchange = Exchange::new(asked.body, status, body, asked.begun.elapsed());
                transcript.note(asked.number, Some(status), &exchange.body, exchange.elapsed);
                self.scene.expect_no_secret(&exchange)?;
                Ok(Ok((exchange, answer)))
            }
            Err(lost) => {
                let took = asked.begun.elapsed();
                transcript.note(asked.number, None, lost.to_string().as_bytes(), took);
                Ok(Err(lost))
            }
        }
    }

    /// Ends the connection once everything is written, without waiting for an answer.
    pub(crate) async fn cut(self) {
        for asked in &self.asked {
            let why = b"the connection was cut in the middle of the body";
            let took = asked.begun.elapsed();
            self.scene.transcript.note(asked.number, None, why, took);
        }
        self.connection.cut().await;
    }
}

fn no_answer(url: &str, lost: &Lost) -> Stop {
    NoAnswer::new(url, lost.to_string()).into()
}
