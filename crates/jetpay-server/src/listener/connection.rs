//! A stream that fails when its other side gets no further.
//!
//! Since the last answer, or the first byte after it, so much time may pass and no more, until the next answer is
//! written. A byte a second is no progress, nor is an answer that nobody takes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::rt::time::{Instant, Sleep, sleep_until};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection, and since when it owes something.
pub(super) struct Connection {
    stream: TcpStream,
    read_timeout: Duration,
    since: Instant,
    /// Bytes came since the last answer: a request is under way.
    busy: bool,
    /// Set now and then, not at every request: when it rings, what is due is looked at.
    alarm: Pin<Box<Sleep>>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, read_timeout: Duration) -> Self {
        let since = Instant::now();
        Self {
            stream,
            read_timeout,
            since,
            busy: false,
            alarm: Box::pin(sleep_until(since + read_timeout)),
        }
    }

    /// A request begins. What comes after its first byte does not count.
    fn begun(&mut self) {
        if !self.busy {
            (self.busy, self.since) = (true, Instant::now());
        }
    }

    /// An answer was taken, if only in part: answers fit the system's buffer, unless many wait for one who takes none.
    fn answered(&mut self) {
        (self.busy, self.since) = (false, Instant::now());
    }

    /// There is nothing to read, or no room to write: waits for that, but not too long.
    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        while self.alarm.as_mut().poll(context).is_ready() {
            let due = self.since + self.read_timeout;
            if due <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.alarm.as_mut().reset(due);
        }
        Poll::Pending
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => self.wait(context),
            ready @ Poll::Ready(_) => {
                if buffer.filled().len() > before {
                    self.begun();
                }
                ready
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending => self.wait(context),
            ready @ Poll::Ready(_) => {
                self.answered();
                ready
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
