//! The receiver behind HTTP.

use std::io;

use hyper::http::request::Parts;
use tokio::net::TcpListener;

use super::{Message, ReceiverState};
use crate::billing::server::{Server, Shared};
use crate::serving::{Reply, Respond};

/// The path to which webhooks are delivered.
pub const WEBHOOKS_PATH: &str = "/webhooks";
/// The path that answers questions about customers.
pub const LOOKUP_PATH: &str = "/lookup";

/// Serves this receiver.
///
/// # Errors
/// When the listener has no address.
///
/// # Panics
/// Outside of a tokio runtime with I/O and time.
pub fn serve(listener: TcpListener, state: ReceiverState) -> io::Result<Server<ReceiverState>> {
    Server::begin(listener, state)
}

impl Server<ReceiverState> {
    /// Where webhooks are delivered: `http://127.0.0.1:9092/webhooks`.
    #[must_use]
    pub fn webhooks_url(&self) -> String {
        format!("http://{}{WEBHOOKS_PATH}", self.address())
    }

    /// Where customers are looked up: `http://127.0.0.1:9092/lookup`.
    #[must_use]
    pub fn lookup_url(&self) -> String {
        format!("http://{}{LOOKUP_PATH}", self.address())
    }
}

impl Respond for Shared<ReceiverState> {
    fn respond(&self, head: &Parts, body: &[u8]) -> Reply {
        let header = |name| {
            let value = head.headers.get(name);
            value.and_then(|it| it.to_str().ok()).unwrap_or_default()
        };
        let message = Message {
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp"),
            signature: header("webhook-signature"),
            body,
        };
        let now = jiff::Timestamp::now().as_second();
        match head.uri.path() {
            WEBHOOKS_PATH => self.reply(|state| state.deliver(&message, now)),
            LOOKUP_PATH => self.reply(|state| state.look_up(&message, now)),
            _ => Reply::now(404, ""),
        }
    }
}
