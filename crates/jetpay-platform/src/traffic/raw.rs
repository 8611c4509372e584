//! Callbacks written by hand, for what an HTTP client would not do.

use std::time::{Duration, Instant};

use crate::raw::{Connection, Lost};

/// A slow body comes in so many pieces.
const PIECES: u32 = 8;

/// Sends a body whose pieces take `takes` in all; the answer's status, and how long it took after the last piece.
pub(super) async fn slowly(
    url: &str,
    body: &[u8],
    takes: Duration,
) -> Result<(u16, Duration), Lost> {
    let mut connection = Connection::open(url).await?;
    let begun = Instant::now();
    connection.send(head(&connection, body), Duration::ZERO);
    let piece = body.len().div_ceil(PIECES as usize).max(1);
    for piece in body.chunks(piece) {
        connection.send(piece, takes / PIECES);
    }
    let answer = connection.answer(false).await?;
    Ok((answer.status, begun.elapsed().saturating_sub(takes)))
}

/// Sends a body whole, and is gone.
pub(super) async fn cut(url: &str, body: &[u8]) -> Result<(), Lost> {
    let connection = Connection::open(url).await?;
    let request = [head(&connection, body).as_slice(), body].concat();
    connection.send(request, Duration::ZERO);
    connection.cut().await;
    Ok(())
}

fn head(connection: &Connection, body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", &length),
        ("Connection", "close"),
    ];
    connection.head("POST", &headers)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
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
            (&b""[..], "closed before the answer"),
            (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "no HTTP"),
        ] {
            let (url, _heard) = listen(answer).await;
            let error = slowly(&url, BODY, Duration::ZERO).await.unwrap_err();
            assert!(error.to_string().contains(wanted), "{error}");
        }
        for url in ["http://127.0.0.1:1/", "https://127.0.0.1:1/", "nonsense"] {
            assert!(cut(url, BODY).await.is_err());
        }
    }
}
