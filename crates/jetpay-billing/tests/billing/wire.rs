//! A server on this machine that answers all requests in one way and records them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jetpay_billing::client::{BillingUrl, DialectClient, WebhookClient};
use jetpay_billing::dialect::{Dialect, PayOrder};
use jetpay_billing::webhook::Secrets;
use jetpay_core::{Currency, Money};
use jiff::civil::date;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Long enough for an answer on this machine.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Does {
    /// Answers with this status, these heads and this body. The connection stays open.
    Answer(u16, &'static str, Vec<u8>),
    /// Answers after a delay.
    Late(Duration, Vec<u8>),
    /// Sends these bytes and closes the connection.
    Raw(Vec<u8>),
    /// Sends a body that does not end, and as fast as it is read.
    Endless,
    /// Closes the connection before it reads anything.
    CloseUnread,
    /// Answers the first request on a connection, and closes the connection when the next one is read.
    AnswerOnce(Vec<u8>),
}

pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Does {
    Does::Answer(200, "", body.into())
}

/// A request as received.
#[derive(Clone)]
pub(crate) struct Request {
    /// The first line and the heads; their names are in lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn first_line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    pub(crate) async fn start(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let connections = Arc::<Mutex<usize>>::default();
        let (seen, count) = (requests.clone(), connections.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                tokio::spawn(serve(stream, does.clone(), seen.clone()));
            }
        });
        Self {
            url,
            requests,
            connections,
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }

    pub(crate) fn url(&self) -> BillingUrl {
        BillingUrl::parse(&self.url).unwrap()
    }

    pub(crate) fn billing(&self, dialect: Dialect) -> DialectClient {
        DialectClient::new(dialect, self.url(), None, TIMEOUT).unwrap()
    }

    pub(crate) fn receiver(&self) -> WebhookClient {
        WebhookClient::new(self.url(), Secrets::parse([SECRET]).unwrap(), TIMEOUT).unwrap()
    }
}

pub(crate) fn order(txn_id: &str) -> PayOrder<'_> {
    PayOrder {
        txn_id,
        account: "client-77",
        sum: Money::new(20_000, Currency::KZT),
        time: date(2026, 12, 1).at(9, 8, 7, 0),
        is_repeat: false,
    }
}

async fn serve(mut stream: TcpStream, does: Does, seen: Arc<Mutex<Vec<Request>>>) {
    if matches!(does, Does::CloseUnread) {
        return;
    }
    let mut first = true;
    while let Some(request) = read(&mut stream).await {
        seen.lock().unwrap().push(request);
        let (status, heads, body) = match &does {
            Does::Answer(status, heads, body) => (*status, *heads, body),
            Does::Late(late, body) => {
                tokio::time::sleep(*late).await;
                (200, "", body)
            }
            Does::AnswerOnce(body) if first => (200, "", body),
            Does::Raw(raw) => {
                let _ = stream.write_all(raw).await;
                return;
            }
            Does::Endless => {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n";
                let mut sent = stream.write_all(head.as_bytes()).await;
                while sent.is_ok() {
                    sent = stream.write_all(&[b' '; 1024]).await;
                }
                return;
            }
            Does::CloseUnread | Does::AnswerOnce(_) => return,
        };
        first = false;
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{heads}\r\n",
            body.len()
        );
        // A client that has read enough closes the connection.
        let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
    }
}

/// Reads one request. Returns `None` if the client closes the connection.
async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let end = bytes.windows(4).position(|it| it == b"\r\n\r\n");
        if let Some(end) = end {
            let (head, body) = (&bytes[..end], &bytes[end + 4..]);
            let request = Request {
                head: String::from_utf8(head.to_vec()).unwrap(),
                body: body.to_vec(),
            };
            let length = request.header("content-length").unwrap_or("0");
            if body.len() == length.parse::<usize>().unwrap() {
                return Some(request);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
