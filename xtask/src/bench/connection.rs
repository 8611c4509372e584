//! A keep-alive connection, one request at a time.

use std::fmt;
use std::net::SocketAddr;
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(super) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

pub(super) struct Answer<'c> {
    pub(super) status: u16,
    pub(super) body: &'c [u8],
}

impl Connection {
    pub(super) async fn to(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server)
            .await
            .with_context(|| format!("{server} takes no connection"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends a request as it stands and reads its answer.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.received.clear();
        self.stream.write_all(request).await?;
        loop {
            let read = self.stream.read_buf(&mut self.received).await?;
            ensure!(
                read > 0,
                "the server closed the connection in the middle of an answer"
            );
            if let Some((status, body)) = whole(&self.received)? {
                return Ok(Answer {
                    status,
                    body: &self.received[body],
                });
            }
        }
    }
}

/// The status and where the body stands, once all of it is there. Knows as much of HTTP as our servers send.
fn whole(received: &[u8]) -> Result<Option<(u16, Range<usize>)>> {
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
    use super::whole;

    #[test]
    fn answer_is_whole_with_its_last_byte() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(whole(answer).unwrap(), Some((200, 38..40)));
        assert_eq!(whole(&answer[..39]).unwrap(), None);
        assert_eq!(whole(&answer[..20]).unwrap(), None);
        assert!(whole(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
