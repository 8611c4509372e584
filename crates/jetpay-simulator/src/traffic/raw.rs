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

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const BODY: &[u8] = b"{\"a body\": \"of some length\"}";

    /// Where to, and what one connection brings: the bytes, how many reads they took, and how long.
    async fn listen(answer: &'static [u8]) -> (String, JoinHandle) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/kaspi?a=1", listener.local_addr().unwrap());
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (begun, mut bytes, mut reads) = (Instant::now(), Vec::new(), 0);
            while !bytes.ends_with(BODY) && stream.read_buf(&mut bytes).await.unwrap() > 0 {
                reads += 1;
            }
            let took = begun.elapsed();
            stream.write_all(answer).await.unwrap();
            (bytes, reads, took)
        });
        (url, heard)
    }

    type JoinHandle = tokio::task::JoinHandle<(Vec<u8>, u32, Duration)>;

    #[tokio::test]
    async fn slow_body_comes_in_pieces_and_the_answer_is_read() {
        let (url, heard) = listen(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").await;
        let takes = Duration::from_millis(200);
        let (status, took) = slowly(&url, BODY, takes).await.unwrap();
        let (bytes, reads, heard_for) = heard.await.unwrap();
        assert_eq!(status, 503);
        assert!(
            reads >= 4 && heard_for >= takes / 2,
            "{reads} {heard_for:?}"
        );
        assert!(
            took < takes,
            "what is slow on purpose does not count: {took:?}"
        );
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("POST /kaspi?a=1 HTTP/1.1\r\nHost: 127.0.0.1:"));
        assert!(text.contains(&format!("Content-Length: {}\r\n", BODY.len())));
    }

    #[tokio::test]
    async fn cut_request_arrives_whole() {
        let (url, heard) = listen(b"").await;
        cut(&url, BODY).await.unwrap();
        assert!(heard.await.unwrap().0.ends_with(BODY));
    }

    #[tokio::test]
    async fn answer_that_is_none_and_a_url_that_cannot_be_are_told() {
        for (answer, wanted) in [
            (&b""[..], "early eof"),
            (b"SSH-2.0-OpenSSH_9.6", "the answer is not HTTP/1"),
        ] {
            let (url, _heard) = listen(answer).await;
            let error = slowly(&url, BODY, Duration::ZERO).await.unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
        for url in ["https://127.0.0.1/", "nonsense"] {
            assert!(cut(url, BODY).await.is_err());
        }
    }
}
