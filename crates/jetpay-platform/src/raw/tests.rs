//! Tests against a listener that writes fixed bytes.

#[path = "../../../jetpay-server/tests/behind_tls/mod.rs"]
mod behind_tls;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::behind_tls::{certificate, in_front_of};
use super::*;

const AT_ONCE: Duration = Duration::ZERO;

/// Accepts one connection and writes these pieces in turn. Returns the URL and, at the end, what the client sent.
async fn says(pieces: &'static [&'static str]) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a?b=c", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for piece in pieces {
            stream.write_all(piece.as_bytes()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stream.shutdown().await.unwrap();
        let mut heard = String::new();
        let _ended = stream.read_to_string(&mut heard).await;
        heard
    });
    (url, heard)
}

async fn answer(pieces: &'static [&'static str]) -> Result<Answer, ConnectionError> {
    let (url, _) = says(pieces).await;
    Connection::open(&url).await?.answer(false).await
}

#[tokio::test]
async fn request_is_written_as_given_and_after_its_pauses() {
    let (url, heard) = says(&[]).await;
    let connection = Connection::open(&url).await.unwrap();
    let begun = Instant::now();
    connection.send(connection.head("PUT", &[("X-A", "b")]), AT_ONCE);
    connection.send("body", Duration::from_millis(60));
    connection.cut().await;
    assert!(begun.elapsed() >= Duration::from_millis(60));
    let host = url
        .strip_prefix("http://")
        .unwrap()
        .strip_suffix("/a?b=c")
        .unwrap();
    let wanted =
        format!("PUT /a?b=c HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nX-A: b\r\n\r\nbody");
    assert_eq!(heard.await.unwrap(), wanted);
}

#[tokio::test]
async fn answers_on_one_connection_are_read_one_by_one() {
    let (url, _) = says(&[
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Le",
        "ngth: 3\r\n\r\nabcHTTP/1.1 404 No\r\ntransfer-encoding: chunked\r\n\r\n2;x\r\nde\r",
        "\n1\r\nf\r\n0\r\nTrailer: 1\r\n\r\nHTTP/1.1 200 \r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nConnection: Close\r\n\r\nHTTP/1.0 500 X\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nto the end",
    ])
    .await;
    let mut connection = Connection::open(&url).await.unwrap();
    let mut seen = Vec::new();
    for of_head_request in [false, false, true, false, false, false] {
        let answer = connection.answer(of_head_request).await.unwrap();
        let body = String::from_utf8(answer.body.clone()).unwrap();
        seen.push((answer.status, body, answer.is_last()));
    }
    let wanted = [
        (200, "abc", false),
        (404, "def", false),
        (200, "", false),
        (204, "", true),
        (500, "", true),
        (200, "to the end", true),
    ];
    assert_eq!(
        seen,
        wanted.map(|(status, body, last)| (status, body.to_owned(), last))
    );
    assert_eq!(connection.answer(false).await, Err(ConnectionError::Closed));
}

#[tokio::test]
async fn bytes_that_are_not_an_answer_are_an_error() {
    assert_eq!(answer(&[]).await, Err(ConnectionError::Closed));
    assert_eq!(
        answer(&["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"]).await,
        Err(ConnectionError::Closed)
    );
    for text in [
        "SSH-2.0-x\r\n\r\n",
        "HTTP/1.1 2xx\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ] {
        let pieces = Box::leak(Box::new([text]));
        assert!(
            matches!(answer(pieces).await, Err(ConnectionError::NotHttp(_))),
            "{text}"
        );
    }
    let closed = Connection::open("http://127.0.0.1:1").await.err();
    assert!(
        matches!(closed, Some(ConnectionError::NotConnected(_))),
        "{closed:?}"
    );
}

#[tokio::test]
async fn early_answer_is_read_while_the_body_is_still_being_sent() {
    let (url, _) = says(&["HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n"]).await;
    let mut connection = Connection::open(&url).await.unwrap();
    connection.send(vec![b' '; 64 * 1024 * 1024], AT_ONCE);
    assert_eq!(connection.answer(false).await.unwrap().status, 413);
}

#[test]
fn chunks_have_their_size_and_the_last_one_is_empty() {
    let chunks = chunked(b"0123456789abcdefXY", 16);
    assert_eq!(
        chunks.concat(),
        b"10\r\n0123456789abcdef\r\n2\r\nXY\r\n0\r\n\r\n"
    );
}

#[tokio::test]
async fn only_a_trusted_certificate_opens_a_connection() {
    let certificate = certificate();
    let (plain, _) = says(&["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]).await;
    let port = Address::of(&plain).unwrap().port;
    let url = format!("https://localhost:{}", in_front_of(port, &certificate));
    let mut roots = RootCertStore::empty();
    roots.add(certificate.cert.der().clone()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let trusting = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut connection = Connection::open_with(&url, &trusting).await.unwrap();
    assert_eq!(connection.answer(false).await.unwrap().body, b"ok");

    let untrusted = Connection::open(&url).await.err();
    assert!(
        matches!(&untrusted, Some(ConnectionError::NotConnected(why)) if why.contains("certificate")),
        "{untrusted:?}"
    );
}

#[test]
fn address_has_what_a_connection_and_a_request_need() {
    let it = Address::of("https://us%65r:p%40ss@[::1]/a/b?c=d#e").unwrap();
    assert_eq!((it.host.as_str(), it.port, it.tls), ("::1", 443, true));
    assert_eq!(
        (it.authority.as_str(), it.target.as_str()),
        ("[::1]", "/a/b?c=d")
    );
    assert_eq!(
        it.authorization.unwrap(),
        format!("Basic {}", STANDARD.encode("user:p@ss"))
    );
    let it = Address::of("http://shop.example:8080").unwrap();
    assert_eq!(
        (it.authority.as_str(), it.target.as_str()),
        ("shop.example:8080", "/")
    );
    assert_eq!((it.port, it.tls, it.authorization), (8080, false, None));
    for url in ["http://shop.example:80/a", "https://shop.example:443"] {
        assert_eq!(Address::of(url).unwrap().authority, "shop.example");
    }
}

#[test]
fn invalid_url_is_not_connected_to() {
    for url in ["", "shop.example", "ftp://shop.example", "http://"] {
        assert!(
            matches!(Address::of(url), Err(ConnectionError::NotConnected(_))),
            "{url}"
        );
    }
    let lost = Address::of("ftp://me:pass@shop.example/?token=abc").unwrap_err();
    assert_eq!(lost.to_string(), "neither http nor https: shop.example/");
}
