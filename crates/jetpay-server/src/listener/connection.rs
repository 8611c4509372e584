//! A stream that fails when the client makes no progress.
//!
//! The time limit runs from the last answer, or from the first byte that came after it, until the next answer is written.
//! A client that sends one byte a second makes no progress, and neither does one that does not read its answers.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::rt::time::{Instant, Sleep, sleep_until};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::crowd::{Crowd, Place};

/// A connection, and the instant from which its time limit runs.
pub(super) struct Connection {
    stream: TcpStream,
    read_timeout: Duration,
    since: Instant,
    /// Bytes came after the last answer: the client is sending a request.
    busy: bool,
    /// It wakes the task when the limit may be over. It is set anew only when it fires, not for every request.
    timer: Pin<Box<Sleep>>,
    /// Its place among the connections of its worker, when a new one may close it.
    place: Option<(Crowd, Rc<Place>)>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, read_timeout: Duration, crowd: Option<&Crowd>) -> Self {
        let since = Instant::now();
        Self {
            stream,
            read_timeout,
            since,
            busy: false,
            timer: Box::pin(sleep_until(since + read_timeout)),
            place: crowd.map(|crowd| (crowd.clone(), crowd.join())),
        }
    }

    pub(super) fn place(&self) -> Option<&Rc<Place>> {
        self.place.as_ref().map(|(_, place)| place)
    }

    fn progressed(&mut self, busy: bool) {
        (self.busy, self.since) = (busy, Instant::now());
        if let Some((_, place)) = &self.place {
            place.progressed(self.since);
        }
    }

    /// Bytes arrived. Only the first byte of a request starts the time limit anew.
    fn request_started(&mut self) {
        if !self.busy {
            self.progressed(true);
        }
    }

    /// The system took an answer, perhaps in part. Its buffer holds several answers: it fills up only when a client reads
    /// none of them.
    fn answer_written(&mut self) {
        self.progressed(false);
    }

    /// Waits because there is nothing to read, or no room to write. Fails when the time limit is over.
    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if self.place().is_some_and(|place| place.is_closed(context)) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        while self.timer.as_mut().poll(context).is_ready() {
            let due = self.since + self.read_timeout;
            if due <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.timer.as_mut().reset(due);
        }
        Poll::Pending
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some((crowd, place)) = &self.place {
            crowd.leave(place);
        }
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
                    self.request_started();
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
                self.answer_written();
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
