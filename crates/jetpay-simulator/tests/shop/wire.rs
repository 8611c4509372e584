//! HTTP by hand, wrongly.

use std::io;

use jetpay_core::Keyring;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::web::{Answer, Incoming};
use super::{Shop, pages};

/// What is done wrong with HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    /// Takes what has come with the first read for all there is.
    ReadsOnce,
    /// Throws away what came behind a request, and so the next request.
    ForgetsTheNext,
    /// Answers the second request of a connection with the first one's answer.
    RepeatsItself,
    /// Closes after each answer without saying so.
    ClosesSilently,
    /// Sends a body where HTTP has none: the answer to a HEAD.
    TalksToHead,
    /// Leaves the body of a large request unread, and reads it as the next request.
    LeavesLargeBodies,
}

/// One connection.
pub(super) async fn converse(
    wire: Wire,
    mut stream: TcpStream,
    shop: &Shop,
    keyring: &Keyring,
) -> io::Result<()> {
    let mut buffer = Vec::new();
    let mut first: Option<Answer> = None;
    loop {
        let Some(request) = read(wire, &mut stream, &mut buffer).await? else {
            return Ok(());
        };
        let looks = request.path.starts_with("/v1/") || request.path.starts_with("/seen/");
        let answer = match &first {
            Some(first) if wire == Wire::RepeatsItself && !looks => first.clone(),
            _ => pages::answer(shop, keyring, request.clone()).await,
        };
        stream
            .write_all(&written(wire, &request.http_method, &answer))
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

/// The next request; none at the end of the connection.
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
    while buffer.len() < head + length && wire != Wire::ReadsOnce {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let end = (head + length).min(buffer.len());
    let mut body = buffer[head..end].to_vec();
    if wire == Wire::LeavesLargeBodies && length > 64 * 1024 {
        buffer.drain(..head);
        body.clear();
    } else {
        buffer.drain(..end);
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

fn written(wire: Wire, http_method: &str, answer: &Answer) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {} Answer\r\ncontent-length: {}\r\n\r\n",
        answer.status,
        answer.body.len()
    );
    let body = match (http_method, wire) {
        ("HEAD", Wire::TalksToHead) => b"{\"code\":500,\"message\":\"no\"}".as_slice(),
        ("HEAD", _) => b"",
        _ => &answer.body,
    };
    [head.as_bytes(), body].concat()
}
