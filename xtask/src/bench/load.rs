//! The load generator: keep-alive connections on one thread, each with one request at a time.
//!
//! It uses as little CPU as possible, and the same for everything that is measured: it shares the machine with the servers.

use std::cell::Cell;
use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

/// The number of connections.
const CONNECTIONS: usize = 32;

/// The requests to send, and the expected answers.
pub(super) struct Load {
    pub(super) requests: Rc<[Vec<u8>]>,
    /// Whether requests may be repeated. If not, the round ends after the last one.
    pub(super) again: bool,
    /// Whether an answer is correct.
    pub(super) is_right: Rc<dyn Fn(&Answer<'_>) -> bool>,
}

/// The result of one round.
#[derive(Default)]
pub(super) struct Round {
    pub(super) answers: u32,
    pub(super) wrong: u32,
    /// One of the wrong answers, as an example.
    pub(super) example: Option<String>,
    pub(super) seconds: f64,
    /// The time of each request.
    pub(super) microseconds: Vec<u32>,
}

impl Round {
    pub(super) fn per_second(&self) -> f64 {
        f64::from(self.answers) / self.seconds
    }
}

/// Sends requests on all connections for this time.
pub(super) fn round(server: SocketAddr, load: &Load, time: Duration) -> Result<Round> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, async {
        let next = Rc::new(Cell::new(0));
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            connections.push(Connection::open(server).await?);
        }
        let begun = Instant::now();
        let mut parts = JoinSet::new();
        for connection in connections {
            let load = Load {
                requests: load.requests.clone(),
                is_right: load.is_right.clone(),
                ..*load
            };
            parts.spawn_local(drive(connection, load, next.clone(), begun + time));
        }
        let mut round = Round::default();
        while let Some(part) = parts.join_next().await {
            let part = part.context("a connection panicked")??;
            round.answers += part.answers;
            round.wrong += part.wrong;
            round.example = round.example.or(part.example);
            round.microseconds.extend(part.microseconds);
        }
        round.seconds = begun.elapsed().as_secs_f64();
        Ok(round)
    })
}

async fn drive(
    mut connection: Connection,
    load: Load,
    next: Rc<Cell<usize>>,
    until: Instant,
) -> Result<Round> {
    let mut round = Round::default();
    loop {
        let at = next.replace(next.get() + 1);
        let begun = Instant::now();
        let request = load.requests.get(if load.again {
            at % load.requests.len()
        } else {
            at
        });
        let Some(request) = request.filter(|_| begun < until) else {
            return Ok(round);
        };
        let answer = connection.exchange(request).await?;
        round.answers += 1;
        if !(load.is_right)(&answer) {
            round.wrong += 1;
            round.example.get_or_insert_with(|| answer.to_string());
        }
        round
            .microseconds
            .push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
}

/// A keep-alive connection with one request at a time.
pub(super) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

pub(super) struct Answer<'c> {
    pub(super) status: u16,
    pub(super) body: &'c [u8],
}

impl Connection {
    pub(super) async fn open(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server)
            .await
            .with_context(|| format!("{server} accepts no connection"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends the bytes of a request and reads the answer.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.received.clear();
        self.stream.write_all(request).await?;
        loop {
            let read = self.stream.read_buf(&mut self.received).await?;
            ensure!(
                read > 0,
                "the server closed the connection in the middle of an answer"
            );
            if let Some((status, body)) = parse(&self.received)? {
                return Ok(Answer {
                    status,
                    body: &self.received[body],
                });
            }
        }
    }
}

/// The status and the range of the body, once the whole answer is there. Parses only the HTTP that our servers send.
fn parse(received: &[u8]) -> Result<Option<(u16, Range<usize>)>> {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head =
        std::str::from_utf8(&received[..end]).context("the head of an answer is not text")?;
    let status = head
        .get(9..12)
        .and_then(|digits| digits.parse().ok())
        .context("an answer has no status")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>())
    });
    let Some(Ok(length)) = length else {
        bail!("an answer has no length:\n{head}")
    };
    let body = end + 4..end + 4 + length;
    Ok((received.len() >= body.end).then_some((status, body)))
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "HTTP {} {}",
            self.status,
            String::from_utf8_lossy(self.body)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn answer_is_parsed_only_when_its_last_byte_is_there() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(parse(answer).unwrap(), Some((200, 38..40)));
        assert_eq!(parse(&answer[..39]).unwrap(), None);
        assert_eq!(parse(&answer[..20]).unwrap(), None);
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
