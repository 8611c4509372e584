//! One connection: what is written, when, and what comes back.

use std::time::Duration;

use rustls::ClientConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::address::Address;
use super::answer::{Answer, Length};
use super::head::head;
use super::io::{Io, connect};
use super::{ANSWER, Lost};
use crate::client::TLS;

/// More of an answer than this is not read, in bytes.
const MOST: usize = 1024 * 1024;

/// A connection. A task of its own writes, so the caller sees an early answer while a long body is still being sent.
pub struct Connection {
    address: Address,
    reader: ReadHalf<Box<dyn Io>>,
    /// What was read behind an answer.
    unread: Vec<u8>,
    pieces: UnboundedSender<(Vec<u8>, Duration)>,
    writer: JoinHandle<()>,
}

impl Connection {
    /// Connects to the host of a URL.
    ///
    /// # Errors
    /// [`Lost::NotConnected`].
    pub async fn open(url: &str) -> Result<Self, Lost> {
        Self::open_with(url, &TLS).await
    }

    pub(super) async fn open_with(url: &str, tls: &ClientConfig) -> Result<Self, Lost> {
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
        // When the writer has ended, the other side does not listen any more: what it said meanwhile is the answer.
        let _not_heard = self.pieces.send((bytes.into(), pause));
    }

    /// The next answer. With `of_head_request` it has no body, whatever its head says.
    ///
    /// # Errors
    /// [`Lost`].
    pub async fn answer(&mut self, of_head_request: bool) -> Result<Answer, Lost> {
        match timeout(ANSWER, self.read_answer(of_head_request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Lost::Silent),
        }
    }

    /// Writes everything that is still to be written, then closes the connection without reading the answer.
    pub async fn cut(mut self) {
        // Nothing more will be sent, so the writer comes to its end.
        self.pieces = unbounded_channel().0;
        let _late = timeout(ANSWER, &mut self.writer).await;
    }

    async fn read_answer(&mut self, of_head_request: bool) -> Result<Answer, Lost> {
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

    async fn read_chunks(&mut self) -> Result<Vec<u8>, Lost> {
        let mut body = Vec::new();
        loop {
            let line = self.read_until(b"\r\n").await?;
            let line = String::from_utf8_lossy(&line);
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16)
                .map_err(|_| Lost::Garbled("a chunk without its size"))?;
            if size == 0 {
                // Trailers, down to an empty line.
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

    /// What comes down to this mark, with it.
    async fn read_until(&mut self, mark: &[u8]) -> Result<Vec<u8>, Lost> {
        loop {
            let found = self.unread.windows(mark.len()).position(|it| it == mark);
            if let Some(at) = found {
                return Ok(self.unread.drain(..at + mark.len()).collect());
            }
            if self.unread.len() > MOST {
                return Err(Lost::Garbled("a head without an end"));
            }
            self.read_more().await?;
        }
    }

    async fn read_bytes(&mut self, bytes: usize) -> Result<Vec<u8>, Lost> {
        if bytes > MOST {
            return Err(Lost::Garbled("more than anybody would read"));
        }
        while self.unread.len() < bytes {
            self.read_more().await?;
        }
        Ok(self.unread.drain(..bytes).collect())
    }

    async fn read_more(&mut self) -> Result<(), Lost> {
        let mut bytes = [0; 8 * 1024];
        match self.reader.read(&mut bytes).await {
            Ok(0) | Err(_) => Err(Lost::Closed),
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
