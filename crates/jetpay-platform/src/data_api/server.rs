//! The Data API behind HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::http::request::Parts;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::state::DataApiState;
use crate::serving::{self, Reply, Respond};

/// A Data API that serves until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared(Mutex<DataApiState>);

/// Serves this state.
///
/// # Errors
/// When the listener has no address.
///
/// # Panics
/// Outside of a tokio runtime with I/O and time.
pub fn serve(listener: TcpListener, state: DataApiState) -> io::Result<Server> {
    let address = listener.local_addr()?;
    let shared = Arc::new(Shared(Mutex::new(state)));
    let task = tokio::spawn(serving::accept(listener, Arc::clone(&shared)));
    Ok(Server {
        address,
        shared,
        task,
    })
}

impl Server {
    /// The base URL for a client: `http://127.0.0.1:9091`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The state, to add to the script and to count requests. Nothing is answered while the guard is held.
    pub fn state(&self) -> MutexGuard<'_, DataApiState> {
        self.shared.state()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, DataApiState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Respond for Shared {
    fn respond(&self, head: &Parts, body: &[u8]) -> Reply {
        self.state().receive(head.uri.path(), body)
    }
}
