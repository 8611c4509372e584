//! One connection: it writes what the caller says, when the caller says, and reads the answers.

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;

use super::{ANSWER, Address, CONNECT, ConnectionError, head};
use crate::client::TLS;

/// The connection reads no more of an answer than this, in bytes.
const MOST: usize = 1024 * 1024;

/// A connection. A task of its own writes, so the caller sees an early answer while a long body is still being sent.
pub struct Connection {
    address: Address,
    reader: ReadHalf<Box<dyn Io>>,
    /// Bytes that were read after an answer.
    unread: Vec<u8>,
    pieces: UnboundedSender<(Vec<u8>, Duration)>,
    writer: JoinHandle<()>,
}

impl Connection {
    /// Connects to the host of a URL.
    ///
    /// # Errors
    /// [`ConnectionError::NotConnected`].
    pub async fn open(url: &str) -> Result<Self, ConnectionError> {
        Self::open_with(url, &TLS).await
    }

    pub(super) async fn open_with(url: &str, tls: &ClientConfig) -> Result<Self, ConnectionError> {
        let address = Address::of(url)?;
        let (reader, writer) = split(connect(&address, tls).await?);
        let (pieces, to_write) = unbounded_channel();
        Ok(Self {
            address,
            reader,
            unread: Vec::new(),
            pieces,
            writer: tokio::spawn(write(writer, to_write)),
        })
    }

    /// The head of a request to the connection's URL.
    #[must_use]
    pub fn head(&self, method: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        head(method, &self.address, headers).into_bytes()
    }

    /// Writes bytes after everything that was sent before and after this pause.
    pub fn send(&self, bytes: impl Into<Vec<u8>>, pause: Duration) {
        // The send fails when the writer has ended, because the other side has stopped reading. Its answer is read
        // next.
        let _not_heard = self.pieces.send((bytes.into(), pause));
    }

    /// The next answer. With `of_head_request` it has no body, whatever its head says.
    ///
    /// # Errors
    /// [`ConnectionError`].
    pub async fn answer(&mut self, of_head_request: bool) -> Result<Answer, ConnectionError> {
        match timeout(ANSWER, self.read_answer(of_head_request)).await {
            Ok(answer) => answer,
            Err(_) => Err(ConnectionError::Silent),
        }
    }

    /// Writes everything that is still to be written, then closes the connection without reading the answer.
    pub async fn cut(mut self) {
        // With the last sender gone, the writer ends after what is queued.
        self.pieces = unbounded_channel().0;
        let _late = timeout(ANSWER, &mut self.writer).await;
    }

    async fn read_answer(&mut self, of_head_request: bool) -> Result<Answer, ConnectionError> {
        loop {
            let head = self.read_until(b"\r\n\r\n").await?;
            let mut answer = Answer::of_head(&head)?;
            match answer.length(of_head_request)? {
                _ if answer.status < 200 => continue,
                Length::Bytes(bytes) => answer.body = self.read_bytes(bytes).await?,
                Length::Chunks => answer.body = self.read_chunks().await?,
                Length::Open => {
                    while self.unread.len() < MOST && self.read_more().await.is_ok() {}
                    answer.body = std::mem::take(&mut self.unread);
                }
            }
            return Ok(answer);
        }
    }

    async fn read_chunks(&mut self) -> Result<Vec<u8>, ConnectionError> {
        let mut body = Vec::new();
        loop {
            let line = self.read_until(b"\r\n").await?;
            let line = String::from_utf8_lossy(&line);
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16)
                .map_err(|_| ConnectionError::NotHttp("a chunk without its size"))?;
            if size == 0 {
                // Trailers up to the empty line.
                while self.read_until(b"\r\n").await?.len() > 2 {}
                return Ok(body);
            }
            body.extend(self.read_bytes(size).await?);
            self.read_until(b"\r\n").await?;
            if body.len() > MOST {
                return Ok(body);
            }
        }
    }

    /// Reads up to and including this mark.
    async fn read_until(&mut self, mark: &[u8]) -> Result<Vec<u8>, ConnectionError> {
        loop {
            let found = self.unread.windows(mark.len()).position(|it| it == mark);
            if let Some(at) = found {
                return Ok(self.unread.drain(..at + mark.len()).collect());
            }
            if self.unread.len() > MOST {
                return Err(ConnectionError::NotHttp("a head without an end"));
            }
            self.read_more().await?;
        }
    }

    async fn read_bytes(&mut self, bytes: usize) -> Result<Vec<u8>, ConnectionError> {
        if bytes > MOST {
            return Err(ConnectionError::NotHttp("a body that is too long"));
        }
        while self.unread.len() < bytes {
            self.read_more().await?;
        }
        Ok(self.unread.drain(..bytes).collect())
    }

    async fn read_more(&mut self) -> Result<(), ConnectionError> {
        let mut bytes = [0; 8 * 1024];
        match self.reader.read(&mut bytes).await {
            Ok(0) | Err(_) => Err(ConnectionError::Closed),
            Ok(read) => {
                self.unread.extend_from_slice(&bytes[..read]);
                Ok(())
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.writer.abort();
    }
}

async fn write(
    mut writer: WriteHalf<Box<dyn Io>>,
    mut pieces: UnboundedReceiver<(Vec<u8>, Duration)>,
) {
    while let Some((bytes, pause)) = pieces.recv().await {
        sleep(pause).await;
        if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
            return;
        }
    }
}

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Connects within the time limit.
pub(super) async fn connect(
    address: &Address,
    tls: &ClientConfig,
) -> Result<Box<dyn Io>, ConnectionError> {
    match tokio::time::timeout(CONNECT, connected(address, tls)).await {
        Ok(Ok(io)) => Ok(io),
        Ok(Err(error)) => Err(ConnectionError::NotConnected(error.to_string())),
        Err(_) => Err(ConnectionError::NotConnected(
            "no connection in time".into(),
        )),
    }
}

async fn connected(address: &Address, tls: &ClientConfig) -> std::io::Result<Box<dyn Io>> {
    let stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
    // Pieces must leave this machine as pieces.
    stream.set_nodelay(true)?;
    if !address.tls {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(address.host.clone()).map_err(std::io::Error::other)?;
    let connector = TlsConnector::from(Arc::new(tls.clone()));
    Ok(Box::new(connector.connect(name, stream).await?))
}

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// HTTP/1.0: the connection ends with the answer unless both sides keep it.
    old: bool,
    /// Names and values. The names are in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// How the end of a body is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Bytes(usize),
    Chunks,
    /// The body ends with the connection.
    Open,
}

impl Answer {
    /// Parses a head including its empty line. The body is still empty.
    pub(super) fn of_head(head: &[u8]) -> Result<Self, ConnectionError> {
        let head = String::from_utf8_lossy(head);
        let mut lines = head.split("\r\n");
        let status_line = lines.next().unwrap_or_default();
        let status = status_line
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.get(2..5));
        let status = status.and_then(|status| status.parse().ok());
        let headers = lines.filter(|line| !line.is_empty()).map(|line| {
            let (name, value) = line
                .split_once(':')
                .ok_or(ConnectionError::NotHttp("a header without a colon"))?;
            Ok((name.to_ascii_lowercase(), value.trim().to_owned()))
        });
        Ok(Self {
            old: status_line.starts_with("HTTP/1.0"),
            status: status.ok_or(ConnectionError::NotHttp("it begins with no status line"))?,
            headers: headers.collect::<Result<_, _>>()?,
            body: Vec::new(),
        })
    }

    /// The value of a header. `name` is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the other side closes the connection after this answer.
    #[must_use]
    pub fn is_last(&self) -> bool {
        self.lists("connection", "close")
            || (self.old && !self.lists("connection", "keep-alive"))
            || self.length(false) == Ok(Length::Open)
    }

    fn lists(&self, header: &str, word: &str) -> bool {
        let mut words = self.header(header).unwrap_or_default().split(',');
        words.any(|it| it.trim().eq_ignore_ascii_case(word))
    }

    pub(super) fn length(&self, of_head_request: bool) -> Result<Length, ConnectionError> {
        if of_head_request || matches!(self.status, 100..=199 | 204 | 304) {
            return Ok(Length::Bytes(0));
        }
        if self.lists("transfer-encoding", "chunked") {
            return Ok(Length::Chunks);
        }
        match self.header("content-length").map(str::parse) {
            Some(Ok(bytes)) => Ok(Length::Bytes(bytes)),
            Some(Err(_)) => Err(ConnectionError::NotHttp(
                "a content-length that is no number",
            )),
            None => Ok(Length::Open),
        }
    }
}
