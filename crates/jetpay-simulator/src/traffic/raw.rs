//! A request on the bare connection, for what an HTTP client would not do.

use std::io;
use std::time::{Duration, Instant};

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How long it may take beside what is slow on purpose.
const PATIENCE: Duration = Duration::from_secs(30);
/// A slow body comes in so many pieces.
const PIECES: u32 = 8;
/// As much of an answer as has the status: `HTTP/1.1 200`.
const STATUS_LINE: usize = 12;

/// Sends a body whose pieces take `takes` in all; the answer's status, and how long it took after the last piece.
pub(super) async fn slowly(
    url: &str,
    body: &[u8],
    takes: Duration,
) -> Result<(u16, Duration), String> {
    let all = async {
        let (mut stream, head) = open(url, body.len()).await?;
        // Whoever does not wait for the end may have answered already, so a broken pipe is not the end.
        let _ = send_slowly(&mut stream, &head, body, takes).await;
        let sent = Instant::now();
        Ok((status(&mut stream).await?, sent.elapsed()))
    };
    within(PATIENCE + takes, all).await
}

/// Sends a body whole, and is gone.
pub(super) async fn cut(url: &str, body: &[u8]) -> Result<(), String> {
    let all = async {
        let (mut stream, mut head) = open(url, body.len()).await?;
        head.extend_from_slice(body);
        stream.write_all(&head).await?;
        stream.flush().await
    };
    within(PATIENCE, all).await
}

async fn within<T>(time: Duration, all: impl Future<Output = io::Result<T>>) -> Result<T, String> {
    match timeout(time, all).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err("it took too long".into()),
    }
}

/// A connection, and the head of the request.
async fn open(url: &str, length: usize) -> io::Result<(TcpStream, Vec<u8>)> {
    let none = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
    let url = Url::parse(url).map_err(|error| none(&error.to_string()))?;
    let parts = (url.scheme(), url.host_str(), url.port_or_known_default());
    let ("http", Some(host), Some(port)) = parts else {
        return Err(none("only http:// with a host can be slow or cut"));
    };
    let query = url.query().map(|query| format!("?{query}"));
    let head = format!(
        "POST {}{} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n",
        url.path(),
        query.unwrap_or_default(),
    );
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((bare, port)).await?;
    stream.set_nodelay(true)?;
    Ok((stream, head.into_bytes()))
}

async fn send_slowly(
    stream: &mut TcpStream,
    head: &[u8],
    body: &[u8],
    takes: Duration,
) -> io::Result<()> {
    stream.write_all(head).await?;
    let piece = body.len().div_ceil(PIECES as usize).max(1);
    for piece in body.chunks(piece) {
        sleep(takes / PIECES).await;
        stream.write_all(piece).await?;
    }
    stream.flush().await
}

async fn status(stream: &mut TcpStream) -> io::Result<u16> {
    let mut line = [0; STATUS_LINE];
    stream.read_exact(&mut line).await?;
    let status = std::str::from_utf8(&line)
        .ok()
        .filter(|line| line.starts_with("HTTP/1."));
    let status = status.and_then(|line| line.get(9..)?.parse().ok());
    status.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP/1"))
}
