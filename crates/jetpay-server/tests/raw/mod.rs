//! HTTP by hand, to be as slow, as silent and as many as no client library would be.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "a module of tests: each test file uses its part"
)]

use std::io;
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::rt::time::timeout;
use jetpay_core::signature::{Key, sign};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::running::{CUSTOMER, PROJECT, SECRET};

/// Longer than anything here may take, on whatever machine.
pub const SURELY: Duration = Duration::from_secs(30);

/// A connection to the platform's side of a service.
pub struct Raw {
    stream: TcpStream,
    /// What was read and belongs to the next answer.
    rest: Vec<u8>,
}

/// What came of a request.
#[derive(Debug)]
pub enum Came {
    /// A whole answer.
    Answer(u16, Value),
    /// Not one byte: the connection was closed before.
    Nothing,
}

impl Came {
    /// The answer that there must be.
    pub fn answer(self) -> (u16, Value) {
        match self {
            Self::Answer(status, body) => (status, body),
            Self::Nothing => panic!("the connection was closed without an answer"),
        }
    }
}

impl Raw {
    pub async fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let rest = Vec::new();
        Ok(Self { stream, rest })
    }

    /// Sends bytes; whether the other side still takes them.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// A request and its answer.
    pub async fn ask(&mut self, path: &str, body: &[u8]) -> Came {
        self.write(&request(path, body)).await;
        self.answer().await
    }

    /// # Panics
    /// When an answer breaks off, or none comes and the connection stays.
    pub async fn answer(&mut self) -> Came {
        let reading = timeout(SURELY, self.read_answer()).await;
        reading.expect("neither an answer nor an end")
    }

    async fn read_answer(&mut self) -> Came {
        loop {
            if let Some((answer, length)) = whole(&self.rest) {
                self.rest.drain(..length);
                return answer;
            }
            let before = self.rest.len();
            match self.stream.read_buf(&mut self.rest).await {
                Ok(1..) => {}
                Ok(0) | Err(_) if before == 0 => return Came::Nothing,
                ended => panic!("an answer broke off ({ended:?}): {before} bytes"),
            }
        }
    }

    /// Waits until the other side closes the connection; whether it does.
    pub async fn is_ended_within(&mut self, limit: Duration) -> bool {
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

/// The first answer in these bytes, if it is whole, and how long it is.
fn whole(bytes: &[u8]) -> Option<(Came, usize)> {
    let text = String::from_utf8_lossy(bytes);
    let head = text.split_once("\r\n\r\n")?.0.to_ascii_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let from = head.len() + 4;
    let to = from + length.map_or(Ok(0), str::parse).ok()?;
    let body = serde_json::from_slice(bytes.get(from..to)?).unwrap_or_default();
    Some((Came::Answer(status, body), to))
}

pub fn request(path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn signed(body: &Value) -> Vec<u8> {
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

/// The success of a sale.
pub fn callback(payment_id: &str, operation_id: u64) -> Vec<u8> {
    signed(&json!({
        "project_id": PROJECT, "payment": {"id": payment_id, "status": "success"},
        "operation": {"id": operation_id, "type": "sale", "status": "success",
                      "sum_initial": {"amount": 10_000, "currency": "KZT"}},
    }))
}
