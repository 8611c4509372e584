//! A server that treats all requests in one way and records them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jetpay_core::id::{PaymentId, ProjectId};
use jetpay_core::payout::General;
use jetpay_core::signature::{Canonical, Key};
use jetpay_core::{Currency, Money, Project};
use jetpay_qiwi_kz::{Customer, Payout};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const ACCEPTED: &str =
    r#"{"status":"success","project_id":35,"payment_id":"test_123","request_id":"abc"}"#;

/// Makes a response of a request and its number.
pub(crate) type Respond = dyn Fn(&Request, usize) -> String + Send + Sync;

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Does {
    /// Responds to all requests on one connection.
    Respond(u16, String),
    /// Responds to the first request in one way and to all others in another.
    RespondInTurn((u16, String), (u16, String)),
    /// Sends the whole response, head and body, that this makes of the request and its number, from 1. It closes the connection
    /// instead if the response is empty.
    Call(Arc<Respond>),
    /// Responds after a delay.
    RespondLate(Duration, u16, String),
    /// Sends this text and closes the connection.
    Raw(String),
    /// Sends a response that does not end.
    Endless,
    /// Closes the connection before it reads anything.
    CloseUnread,
    /// Reads the request and closes the connection.
    CloseAfterReading,
    /// Responds to the first request on a connection, reads the second, and closes the connection.
    RespondOnlyToTheFirst(String),
}

/// A request as received.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether its signature matches this secret.
    pub(crate) fn is_signed_by(&self, secret: &str) -> bool {
        let canonical = Canonical::parse(self.body.as_bytes()).unwrap();
        let signature = canonical.signature().decode().unwrap();
        Key::new(secret)
            .unwrap()
            .verify(canonical.string_to_sign(), &signature)
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
}

async fn serve(mut stream: TcpStream, does: Does, seen: Arc<Mutex<Vec<Request>>>) {
    if matches!(does, Does::CloseUnread) {
        return;
    }
    let mut first = true;
    while let Some(request) = read(&mut stream).await {
        let turn = {
            let mut seen = seen.lock().unwrap();
            seen.push(request.clone());
            seen.len()
        };
        let (http_status, body) = match &does {
            Does::Respond(http_status, body) => (*http_status, body),
            Does::RespondInTurn(response, _) if turn == 1 => (response.0, &response.1),
            Does::RespondInTurn(_, response) => (response.0, &response.1),
            Does::Call(respond) => {
                let response = respond(&request, turn);
                let _ = stream.write_all(response.as_bytes()).await;
                return;
            }
            Does::RespondLate(late, http_status, body) => {
                tokio::time::sleep(*late).await;
                (*http_status, body)
            }
            Does::RespondOnlyToTheFirst(body) if first => (200, body),
            Does::Raw(raw) => {
                let _ = stream.write_all(raw.as_bytes()).await;
                return;
            }
            Does::Endless => {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n";
                let mut sent = stream.write_all(head.as_bytes()).await;
                while sent.is_ok() {
                    // Slow, so that a client that reads everything runs out of time.
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    sent = stream.write_all(&[b' '; 1024]).await;
                }
                return;
            }
            Does::CloseUnread | Does::CloseAfterReading | Does::RespondOnlyToTheFirst(_) => return,
        };
        first = false;
        let response = format!(
            "HTTP/1.1 {http_status} X\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        // A client that has read enough closes the connection.
        let _ = stream.write_all(response.as_bytes()).await;
    }
}

/// Reads one request. Returns `None` if the client closes the connection.
async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8(bytes.clone()).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            if body.len() == length.unwrap().parse::<usize>().unwrap() {
                return Some(Request {
                    head,
                    body: body.to_owned(),
                });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

pub(crate) fn project() -> Project {
    Project::new(35, "secret")
        .unwrap()
        .with_secret("next secret")
        .unwrap()
}

/// The payout of the document's example.
pub(crate) fn payout() -> Payout {
    let general = General::new(ProjectId::new(35), PaymentId::new("test_123").unwrap()).unwrap();
    let customer = Customer {
        id: "12345",
        ip_address: "198.51.100.47",
        first_name: "John",
        last_name: "Doe",
        email: "johndoe@example.com",
    };
    Payout::new(
        general,
        &customer,
        "9182221133",
        Money::new(100, Currency::KZT),
    )
    .unwrap()
}
