//! HTTP without a library, with faults.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jetpay_core::Keyring;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::message::{Answer, Incoming};
use super::{Instead, TestMerchant, server};

/// How long the merchant waits for the rest of a request whose length it does not read.
const PATIENCE: Duration = Duration::from_millis(300);

/// What is wrong with HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    /// Processes the bytes that have come so far.
    ReadsWhatIsThere,
    /// Does not read chunked bodies.
    IgnoresChunks,
    /// Drops the bytes after a request, and so the next request.
    ForgetsTheNext,
    /// Answers the second request of a connection with the first answer.
    RepeatsItself,
    /// Closes after each answer without announcing it.
    ClosesSilently,
    /// Fails the next request after a connection that was cut.
    StumblesOverACut,
}

/// Serves one connection.
pub(super) async fn converse(
    wire: Wire,
    mut stream: TcpStream,
    merchant: &TestMerchant,
    keyring: &Keyring,
) -> io::Result<()> {
    let mut buffer = Vec::new();
    let mut first: Option<Answer> = None;
    loop {
        let Some(request) = read(wire, &mut stream, &mut buffer).await? else {
            let cut = !buffer.is_empty() && wire == Wire::StumblesOverACut;
            merchant.stumbles.fetch_or(cut, Ordering::Relaxed);
            return Ok(());
        };
        let looks = request.path.starts_with("/v1/") || request.path.starts_with("/seen/");
        let answer = match &first {
            Some(first) if wire == Wire::RepeatsItself && !looks => first.clone(),
            _ if merchant.stumbles.swap(false, Ordering::Relaxed) => {
                Answer::instead(&request, Instead::Crash)
            }
            _ => server::answer(merchant, keyring, request.clone()).await,
        };
        stream
            .write_all(&written(&request.http_method, &answer))
            .await?;
        if wire == Wire::ClosesSilently {
            return Ok(());
        }
        if wire == Wire::ForgetsTheNext {
            buffer.clear();
        }
        first.get_or_insert(answer);
    }
}

/// The next request; `None` at the end of the connection.
async fn read(
    wire: Wire,
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
) -> io::Result<Option<Incoming>> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|it| it == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
    let header = |name: &str| {
        let line = |line: &str| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        };
        text.lines().find_map(line)
    };
    let length: usize = header("content-length")
        .and_then(|it| it.parse().ok())
        .unwrap_or_default();
    let chunked = header("transfer-encoding").is_some() && wire != Wire::IgnoresChunks;
    loop {
        let whole = if chunked {
            buffer[head..].ends_with(b"0\r\n\r\n")
        } else {
            buffer.len() >= head + length
        };
        if whole {
            break;
        }
        let more = stream.read_buf(buffer);
        let more = match wire {
            Wire::ReadsWhatIsThere => match timeout(PATIENCE, more).await {
                Ok(more) => more?,
                Err(_) => break,
            },
            _ => more.await?,
        };
        if more == 0 {
            return Ok(None);
        }
    }
    let end = if chunked {
        buffer.len()
    } else {
        (head + length).min(buffer.len())
    };
    let mut body: Vec<u8> = buffer.drain(..end).skip(head).collect();
    if chunked {
        body = joined(&body);
    }
    let mut words = text.split_whitespace();
    let http_method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Some(Incoming {
        http_method,
        path: path.to_owned(),
        query: (!query.is_empty()).then(|| query.to_owned()),
        content_type: header("content-type"),
        body,
    }))
}

/// A chunked body without the sizes.
fn joined(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = chunks.windows(2).position(|it| it == b"\r\n") {
        let size = std::str::from_utf8(&chunks[..end]).unwrap_or_default();
        let size = usize::from_str_radix(size, 16).unwrap_or_default();
        let Some(chunk) = chunks.get(end + 2..end + 2 + size) else {
            break;
        };
        body.extend_from_slice(chunk);
        chunks = chunks.get(end + 4 + size..).unwrap_or_default();
    }
    body
}

fn written(http_method: &str, answer: &Answer) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {} Answer\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        answer.status,
        answer.body.len()
    );
    let body: &[u8] = if http_method == "HEAD" {
        b""
    } else {
        &answer.body
    };
    [head.as_bytes(), body].concat()
}
