//! A billing, or a receiver of webhooks, behind HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::Method;
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::state::BillingState;
use crate::serving::{self, Reply, Respond};

/// The path of the one URL that a billing serves.
pub const PATH: &str = "/payments";

/// A billing, or a receiver of webhooks, that serves until it is stopped or dropped.
#[derive(Debug)]
pub struct Server<S = BillingState> {
    address: SocketAddr,
    shared: Arc<Shared<S>>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
pub(super) struct Shared<S> {
    state: Mutex<S>,
    /// Written and read under the lock of the state.
    stopped: AtomicBool,
}

/// Serves this billing.
///
/// # Errors
/// When the listener has no address.
///
/// # Panics
/// Outside of a tokio runtime with I/O and time.
pub fn serve(listener: TcpListener, state: BillingState) -> io::Result<Server> {
    Server::begin(listener, state)
}

impl<S> Server<S> {
    pub(super) fn begin(listener: TcpListener, state: S) -> io::Result<Self>
    where
        Shared<S>: Respond,
    {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            stopped: AtomicBool::new(false),
        });
        let task = tokio::spawn(serving::accept(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            task,
        })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The state. Nothing is answered while the guard is held.
    pub fn state(&self) -> MutexGuard<'_, S> {
        self.shared.state()
    }

    /// Stops at once, as a kill does: connections break, and nothing is done after this call. Returns the state, so that it
    /// can be served again: the books are on the billing's disk, so to say.
    #[must_use]
    pub fn stop(self) -> S
    where
        S: Clone,
    {
        let state = self.state();
        self.shared.stopped.store(true, Ordering::Relaxed);
        state.clone()
    }
}

impl Server {
    /// The URL for a client: `http://127.0.0.1:9092/payments`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }
}

impl<S> Drop for Server<S> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<S> Shared<S> {
    fn state(&self) -> MutexGuard<'_, S> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the state answers, unless the server is stopped.
    pub(super) fn reply(&self, answer: impl FnOnce(&mut S) -> Reply) -> Reply {
        let mut state = self.state();
        if self.stopped.load(Ordering::Relaxed) {
            return Reply::Dropped { accepted: false };
        }
        answer(&mut state)
    }
}

impl Respond for Shared<BillingState> {
    const METHODS: &'static [Method] = &[Method::GET, Method::POST];

    /// The parameters are in the query, or in the form of a POST.
    fn respond(&self, head: &Parts, body: &[u8]) -> Reply {
        if head.uri.path() != PATH {
            return Reply::now(404, "");
        }
        let query = head.uri.query().unwrap_or_default();
        let form = String::from_utf8_lossy(body);
        let both = [query, &form].join("&");
        let login = head.headers.get(AUTHORIZATION);
        let login = login.and_then(|it| it.to_str().ok());
        self.reply(|state| state.receive(both.trim_matches('&'), login))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::Dialect;

    #[tokio::test]
    async fn request_that_waited_while_the_billing_was_stopped_does_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = serve(listener, BillingState::new(Dialect::Osmp)).unwrap();
        let waiting = Arc::clone(&server.shared);
        let _books = server.stop();
        let reply = waiting.reply(|state| state.receive("command=check", None));
        assert_eq!(reply, Reply::Dropped { accepted: false });
        assert_eq!(waiting.state().requests(), 0);
    }
}
