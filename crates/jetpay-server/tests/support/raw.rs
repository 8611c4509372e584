//! Raw HTTP connections, which can be slower and more silent than those of a client library.

use std::io;
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::rt::time::timeout;
use jetpay_core::signature::{Key, sign};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{CUSTOMER, PROJECT, SECRET};

/// Longer than anything in these tests takes, on any machine.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// A connection to the listener for the platform.
pub struct Raw {
    stream: TcpStream,
    /// Bytes that were read and belong to the next answer.
    rest: Vec<u8>,
}

/// The outcome of a request.
#[derive(Debug)]
pub enum Outcome {
    /// A complete answer.
    Answer(u16, Value),
    /// The service closed the connection before the first byte of an answer.
    Closed,
}

impl Outcome {
    /// The answer, which must exist.
    pub fn answer(self) -> (u16, Value) {
        match self {
            Self::Answer(status, body) => (status, body),
            Self::Closed => panic!("the connection was closed without an answer"),
        }
    }
}

impl Raw {
    pub async fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let rest = Vec::new();
        Ok(Self { stream, rest })
    }

    /// Sends bytes. Returns whether the connection is still open.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// Sends a request and reads its answer.
    pub async fn post(&mut self, path: &str, body: &[u8]) -> Outcome {
        self.write(&request(path, body)).await;
        self.answer().await
    }

    /// Reads an answer.
    ///
    /// # Panics
    /// When an answer is incomplete, or when the service neither answers nor closes the connection.
    pub async fn answer(&mut self) -> Outcome {
        let Some((answer, length)) = self.until(complete_answer).await else {
            return Outcome::Closed;
        };
        self.rest.drain(..length);
        answer
    }

    /// Reads the head of an answer, in small letters, and its status.
    pub async fn head(&mut self) -> (u16, String) {
        self.until(head).await.expect("no answer")
    }

    /// Whether no byte of an answer is there.
    pub async fn is_silent(&self) -> bool {
        let mut byte = [0];
        let peeked = self.stream.peek(&mut byte);
        timeout(Duration::from_millis(20), peeked).await.is_err()
    }

    /// Reads until this is there; `None` when the connection ends before the first byte.
    async fn until<T>(&mut self, find: fn(&[u8]) -> Option<T>) -> Option<T> {
        let reading = async {
            loop {
                if let Some(found) = find(&self.rest) {
                    return Some(found);
                }
                let before = self.rest.len();
                match self.stream.read_buf(&mut self.rest).await {
                    Ok(1..) => {}
                    Ok(0) | Err(_) if before == 0 => return None,
                    ended => panic!("an answer is incomplete ({ended:?}): {before} bytes"),
                }
            }
        };
        let read = timeout(TIMEOUT, reading).await;
        read.expect("the service neither answers nor closes the connection")
    }

    /// Waits until the service closes the connection. Returns whether it did in time.
    pub async fn is_closed_within(&mut self, limit: Duration) -> bool {
        let end = async {
            let mut chunk = [0; 64];
            while self
                .stream
                .read(&mut chunk)
                .await
                .is_ok_and(|length| length > 0)
            {}
        };
        timeout(limit, end).await.is_ok()
    }
}

/// The head of the first answer in these bytes, in small letters, and its status.
fn head(bytes: &[u8]) -> Option<(u16, String)> {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split_once("\r\n\r\n")?.0.to_ascii_lowercase();
    Some((head.split(' ').nth(1)?.parse().ok()?, head))
}

/// The first answer in these bytes, if it is complete, and its length.
fn complete_answer(bytes: &[u8]) -> Option<(Outcome, usize)> {
    let (status, head) = head(bytes)?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let from = head.len() + 4;
    let to = from + length.map_or(Ok(0), str::parse).ok()?;
    let body = serde_json::from_slice(bytes.get(from..to)?).unwrap_or_default();
    Some((Outcome::Answer(status, body), to))
}

pub fn request(path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub fn signed(body: &Value) -> Vec<u8> {
    let key = Key::new(SECRET).unwrap();
    sign(body.to_string().as_bytes(), &key).unwrap()
}

pub fn verify() -> Vec<u8> {
    signed(&json!({"project_id": PROJECT, "type": "verify", "customer_id": CUSTOMER}))
}

pub fn check_deposit() -> Vec<u8> {
    signed(&json!({
        "project_id": PROJECT, "type": "check_deposit", "customer_id": CUSTOMER,
        "amount": 10_000, "currency": "KZT", "payment_method": "terminal/kaspi", "entity_id": "12345",
    }))
}

/// The callback of a successful sale.
pub fn callback(payment_id: &str, operation_id: u64) -> Vec<u8> {
    signed(&json!({
        "project_id": PROJECT, "payment": {"id": payment_id, "status": "success"},
        "operation": {"id": operation_id, "type": "sale", "status": "success",
                      "sum_initial": {"amount": 10_000, "currency": "KZT"}},
    }))
}
