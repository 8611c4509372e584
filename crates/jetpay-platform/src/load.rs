//! Load: prepared requests over keep-alive connections, as fast as the server answers them. And the [`Times`] of answers,
//! which [`traffic`](crate::traffic) counts as well.
//!
//! It uses as little CPU as possible, because it shares the machine with the server that it measures.

use std::cell::Cell;
use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::raw::ConnectionError;

/// The requests to send, and the expected answers.
pub struct Load<'l> {
    /// Whole requests, heads included.
    pub requests: &'l [Vec<u8>],
    /// Whether requests may be repeated. If not, the round ends after the last one.
    pub again: bool,
    /// The number of connections. Each has one request at a time.
    pub connections: usize,
    /// Whether an answer is right.
    pub is_right: &'l dyn Fn(&Answer<'_>) -> bool,
}

/// The result of one round.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Round {
    /// All answers, right and wrong.
    pub answers: u32,
    /// Wrong answers.
    pub wrong: u32,
    /// One of the wrong answers, as an example.
    pub example: Option<String>,
    /// How long the round took.
    pub took: Duration,
    /// The times of the answers.
    pub times: Times,
}

impl Load<'_> {
    /// Sends requests on all connections for this time. The connections are open before it begins.
    ///
    /// # Errors
    /// [`ConnectionError`], when any connection fails.
    pub async fn round(
        &self,
        server: SocketAddr,
        time: Duration,
    ) -> Result<Round, ConnectionError> {
        let opened = (0..self.connections).map(|_| Connection::open(server));
        let connections = try_join_all(opened).await?;
        let (next, begun) = (Cell::new(0), Instant::now());
        let driven = connections
            .into_iter()
            .map(|connection| self.drive(connection, &next, begun + time));
        let mut round = Round::default();
        for part in try_join_all(driven).await? {
            round.answers += part.answers;
            round.wrong += part.wrong;
            round.example = round.example.or(part.example);
            round.times.merge(&part.times);
        }
        round.took = begun.elapsed();
        Ok(round)
    }

    async fn drive(
        &self,
        mut connection: Connection,
        next: &Cell<usize>,
        until: Instant,
    ) -> Result<Round, ConnectionError> {
        let mut round = Round::default();
        loop {
            let at = next.replace(next.get() + 1);
            let at = if self.again {
                at % self.requests.len()
            } else {
                at
            };
            let begun = Instant::now();
            let Some(request) = self.requests.get(at).filter(|_| begun < until) else {
                return Ok(round);
            };
            let answer = connection.exchange(request).await?;
            round.times.add(begun.elapsed());
            round.answers += 1;
            if !(self.is_right)(&answer) {
                round.wrong += 1;
                round.example.get_or_insert_with(|| answer.to_string());
            }
        }
    }
}

/// A keep-alive connection with one request at a time. If the server closes it after an answer, it is opened again.
pub struct Connection {
    server: SocketAddr,
    stream: TcpStream,
    received: Vec<u8>,
    is_closed: bool,
}

/// An answer.
pub struct Answer<'c> {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: &'c [u8],
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// [`ConnectionError::NotConnected`].
    pub async fn open(server: SocketAddr) -> Result<Self, ConnectionError> {
        Ok(Self {
            server,
            stream: connect(server).await?,
            received: Vec::with_capacity(4 * 1024),
            is_closed: false,
        })
    }

    /// Sends the bytes of a request and reads the answer.
    ///
    /// # Errors
    /// [`ConnectionError`].
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, ConnectionError> {
        if self.is_closed {
            self.stream = connect(self.server).await?;
        }
        self.received.clear();
        let written = self.stream.write_all(request).await;
        written.map_err(|_| ConnectionError::Closed)?;
        loop {
            let read = self.stream.read_buf(&mut self.received).await;
            if read.unwrap_or_default() == 0 {
                return Err(ConnectionError::Closed);
            }
            if let Some(head) = Head::parse(&self.received)? {
                self.is_closed = head.closes;
                return Ok(Answer {
                    status: head.status,
                    body: &self.received[head.body],
                });
            }
        }
    }
}

async fn connect(server: SocketAddr) -> Result<TcpStream, ConnectionError> {
    let failed =
        |error| ConnectionError::NotConnected(format!("{server} accepts no connection: {error}"));
    let stream = TcpStream::connect(server).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    Ok(stream)
}

/// What the head of an answer says. It reads only the HTTP of answers that have a length.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    /// The server closes the connection after the answer.
    closes: bool,
    body: Range<usize>,
}

impl Head {
    /// `None` until the whole answer is there.
    fn parse(received: &[u8]) -> Result<Option<Self>, ConnectionError> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Response::new(&mut headers);
        let parsed = head.parse(received);
        let parsed = parsed.map_err(|_| ConnectionError::NotHttp("a head that cannot be read"))?;
        let (httparse::Status::Complete(end), Some(status)) = (parsed, head.code) else {
            return Ok(None);
        };
        let value = |name: &str| {
            let found = head
                .headers
                .iter()
                .find(|it| it.name.eq_ignore_ascii_case(name));
            found.and_then(|header| std::str::from_utf8(header.value).ok())
        };
        let closes = value("connection").is_some_and(|it| it.eq_ignore_ascii_case("close"));
        let length = value("content-length").and_then(|it| it.parse::<usize>().ok());
        let length = length.ok_or(ConnectionError::NotHttp("an answer without a length"))?;
        let body = end..end + length;
        Ok((received.len() >= body.end).then_some(Self {
            status,
            closes,
            body,
        }))
    }
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(self.body);
        write!(f, "HTTP {} {body}", self.status)
    }
}

/// The longest time that is told from longer ones, in microseconds: an hour.
const LONGEST: u64 = 3_600_000_000;
/// The decimal digits that are kept of a time.
const DIGITS: u8 = 2;

/// How long answers took. The memory does not grow with their number.
#[derive(Debug, Clone)]
pub struct Times(Histogram<u64>);

impl Default for Times {
    fn default() -> Self {
        Self(Histogram::new_with_max(LONGEST, DIGITS).expect("the bounds are right"))
    }
}

impl Times {
    /// Counts one time.
    pub fn add(&mut self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0.saturating_record(micros);
    }

    /// Adds what another one counted.
    ///
    /// # Panics
    /// Never: both have the same bounds.
    pub fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).expect("both have the same bounds");
    }

    /// The time that so many of 1000 did not exceed, in microseconds; `None` when nothing was counted.
    #[must_use]
    #[expect(clippy::float_arithmetic, reason = "a share of the answers, not money")]
    pub fn percentile(&self, per_mille: u32) -> Option<u64> {
        let quantile = f64::from(per_mille) / 1000.0;
        (!self.0.is_empty()).then(|| self.0.value_at_quantile(quantile))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn answer_is_parsed_only_when_its_last_byte_is_there() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        let whole = Head {
            status: 200,
            closes: true,
            body: 57..59,
        };
        assert_eq!(Head::parse(answer), Ok(Some(whole)));
        assert_eq!(Head::parse(&answer[..58]), Ok(None));
        assert_eq!(Head::parse(&answer[..20]), Ok(None));
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[tokio::test]
    async fn round_counts_every_answer_and_shows_a_wrong_one_and_a_closed_connection_is_opened_again()
     {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 1];
                if stream.read_exact(&mut request).await.is_ok() {
                    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n";
                    let answer = [head.as_bytes(), &request].concat();
                    stream.write_all(&answer).await.unwrap();
                }
            }
        });
        let requests = [b"a", b"b", b"c", b"a", b"a"].map(|it| it.to_vec());
        let load = Load {
            requests: &requests,
            again: false,
            connections: 2,
            is_right: &|answer| answer.body == b"a",
        };
        let round = load.round(server, Duration::from_secs(60)).await.unwrap();
        assert_eq!((round.answers, round.wrong), (5, 2));
        let example = round.example.unwrap();
        assert!(
            ["HTTP 200 b", "HTTP 200 c"].contains(&example.as_str()),
            "{example}"
        );
        assert!(round.times.percentile(990) > Some(0));
    }

    #[test]
    fn percentiles_are_exact_to_a_thirtieth() {
        let mut times = Times::default();
        assert_eq!(times.percentile(500), None);
        for micros in 1..=100_000 {
            times.add(Duration::from_micros(micros));
        }
        for (per_mille, exact) in [(1, 100), (500, 50_000), (990, 99_000), (1000, 100_000)] {
            let found = times.percentile(per_mille).unwrap();
            assert!(
                found.abs_diff(exact) <= exact / 30,
                "{per_mille}: {found} for {exact}"
            );
        }
        let mut twice = times.clone();
        twice.merge(&times);
        assert_eq!(twice.percentile(990), times.percentile(990));
    }

    #[test]
    fn extremes_are_counted_and_a_longer_time_than_an_hour_counts_as_an_hour() {
        let mut times = Times::default();
        times.add(Duration::ZERO);
        assert_eq!(times.percentile(990), Some(0));
        times.add(Duration::MAX);
        assert!(times.percentile(990) >= Some(LONGEST));
    }
}
