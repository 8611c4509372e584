//! The Gate behind HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::http::request::Parts;
use jetpay_core::Keyring;
use reqwest::Url;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use super::Millis;
use super::deliver::CallbackSender;
use super::log::{Event, EventHandler};
use super::state::GateState;
use crate::data_api::{self, DataApiState};
use crate::messages::{Callback, next_operation_id};
use crate::serving::{self, Reply, Respond};

/// How a Gate serves.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where callbacks are sent. Without it no callback is sent.
    pub callback_url: Option<Url>,
    /// Divides the waits before a callback is repeated. The times of plans stay unchanged;
    /// [`Plan::hurried`](super::Plan::hurried) changes those.
    pub hurry: u32,
    /// The Data API at the same address: it has the Gate's operations, and what else is in its record. Without it there is
    /// none.
    pub data_api: Option<DataApiState>,
    /// Called for each event.
    pub on_event: EventHandler,
}

/// A Gate that serves until it is stopped or dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    tasks: [JoinHandle<()>; 2],
}

/// What connections and deliveries share.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<GateState>,
    data_api: Option<Mutex<DataApiState>>,
    on_event: EventHandler,
    /// Notified when a callback may be due earlier than before.
    changed: Notify,
}

impl Default for ServerOptions {
    /// No callbacks, and the platform's own waits.
    fn default() -> Self {
        Self {
            callback_url: None,
            hurry: 1,
            data_api: None,
            on_event: EventHandler::default(),
        }
    }
}

/// Serves this state.
///
/// # Errors
/// When the listener has no address.
///
/// # Panics
/// Outside of a tokio runtime with I/O and time.
pub fn serve(
    listener: TcpListener,
    state: GateState,
    options: ServerOptions,
) -> io::Result<Server> {
    let shared = Arc::new(Shared {
        state: Mutex::new(state),
        data_api: options.data_api.map(Mutex::new),
        on_event: options.on_event.clone(),
        changed: Notify::new(),
    });
    let sender = options
        .callback_url
        .map(|url| CallbackSender::new(url.as_str(), options.hurry, options.on_event));
    let address = listener.local_addr()?;
    let tasks = [
        tokio::spawn(serving::accept(listener, Arc::clone(&shared))),
        tokio::spawn(tell(sender, Arc::clone(&shared))),
    ];
    Ok(Server {
        address,
        shared,
        tasks,
    })
}

impl Server {
    /// The address on which the Gate listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL for the merchant's configuration: `http://127.0.0.1:9090`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The state, to set plans and to read the log. The Gate answers nothing while the guard is held.
    pub fn state(&self) -> MutexGuard<'_, GateState> {
        self.shared.state()
    }

    /// Changes the state at the current time, for example with [`GateState::made_in_dashboard`]. Callbacks that are due
    /// then are sent.
    pub fn with_state<T>(&self, change: impl FnOnce(&mut GateState, Millis) -> T) -> T {
        let changed = change(&mut self.shared.state(), now());
        self.shared.changed.notify_one();
        changed
    }

    /// Waits until a task ends, which happens only when it panics.
    pub(super) async fn ended(&mut self) {
        for task in &mut self.tasks {
            // A task that panicked has printed its message.
            let _panicked = task.await;
        }
    }

    /// Closes all connections, ends all deliveries, and frees the address.
    pub async fn stop(mut self) {
        self.abort();
        self.ended().await;
    }

    fn abort(&self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.abort();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn receive(&self, path: &str, body: &[u8]) -> Reply {
        let mut state = self.state();
        let before = state.log().len();
        let reply = state.receive(now(), path, body);
        let entry = state.log()[before..].last().cloned();
        drop(state);
        self.changed.notify_one();
        self.on_event.call(match entry {
            Some(entry) => Event::Request(Box::new(entry)),
            None => Event::Rejected {
                status: reply.status().unwrap_or_default(),
                why: message_of(&reply),
            },
        });
        reply
    }

    /// Answers as the Data API, with what the Gate's operations are now.
    fn report(&self, data_api: &Mutex<DataApiState>, path: &str, body: &[u8]) -> Reply {
        let operations = self.state().reported_operations(now());
        let mut data_api = data_api.lock().unwrap_or_else(PoisonError::into_inner);
        for operation in operations {
            data_api.record().put(operation);
        }
        let reply = data_api.receive(path, body);
        self.on_event.call(Event::Reported {
            status: reply.status(),
        });
        reply
    }
}

impl Respond for Shared {
    fn respond(&self, head: &Parts, body: &[u8]) -> Reply {
        let path = head.uri.path();
        match &self.data_api {
            Some(data_api) if path == data_api::PATH => self.report(data_api, path, body),
            _ => self.receive(path, body),
        }
    }
}

async fn tell(sender: Option<CallbackSender>, shared: Arc<Shared>) {
    let mut deliveries = JoinSet::new();
    loop {
        let (due, next) = {
            let mut state = shared.state();
            (state.due(now()), state.next_due())
        };
        if let Some(sender) = &sender {
            sender.deliver_all(due, &mut deliveries);
        }
        while deliveries.try_join_next().is_some() {}
        let wait = next.map_or(LONG, |at| {
            let millis = at.saturating_sub(now());
            Duration::from_millis(u64::try_from(millis).unwrap_or_default()).min(LONG)
        });
        // Look again after either.
        let _elapsed = tokio::time::timeout(wait, shared.changed.notified()).await;
    }
}

/// The longest wait when nothing happens.
const LONG: Duration = Duration::from_secs(60);

fn message_of(reply: &Reply) -> String {
    let json = reply.json().unwrap_or_default();
    json["message"].as_str().unwrap_or_default().to_owned()
}

fn now() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}

/// The options of a Gate that an operator starts from the command line.
#[derive(Debug, Clone)]
pub struct GateOptions {
    /// The address on which the Gate listens. Port 0 is any free port.
    pub listen: SocketAddr,
    /// The projects and their secrets.
    pub keyring: Keyring,
    /// Where callbacks are sent. Without it no callback is sent.
    pub callback_url: Option<Url>,
    /// The seed of random plans. Without it the last two [`digits()`](super::digits()) of the account number choose the
    /// plan.
    pub seed: Option<u64>,
    /// Divides the waits before a callback is repeated, and the times of random plans. 1 is the platform's pace.
    pub hurry: u32,
    /// The Data API at the same address, as [`ServerOptions::data_api`].
    pub data_api: Option<DataApiState>,
    /// Callbacks of top-ups that the platform made and the merchant does not have: status requests are answered from them.
    pub lost: Vec<Callback>,
    /// Called for each event.
    pub on_event: EventHandler,
}

impl GateOptions {
    /// A Gate of these projects at this address, without callbacks and random plans, at the platform's pace.
    #[must_use]
    pub fn new(listen: SocketAddr, keyring: Keyring) -> Self {
        Self {
            listen,
            keyring,
            callback_url: None,
            seed: None,
            hurry: 1,
            data_api: None,
            lost: Vec::new(),
            on_event: EventHandler::default(),
        }
    }

    /// Listens and serves in the background. Operations get numbers that no earlier run used.
    ///
    /// # Errors
    /// When the address is in use, or does not belong to this machine.
    ///
    /// # Panics
    /// Outside of a tokio runtime with I/O and time.
    pub async fn open(self) -> io::Result<Server> {
        let hurry = self.hurry.max(1);
        let mut state = GateState::new(self.keyring).with_operation_ids_from(next_operation_id());
        if let Some(seed) = self.seed {
            state.plan_others_by_chance(seed, hurry);
        }
        for callback in self.lost {
            state.has_made(callback);
        }
        let options = ServerOptions {
            callback_url: self.callback_url,
            hurry,
            data_api: self.data_api,
            on_event: self.on_event,
        };
        serve(TcpListener::bind(self.listen).await?, state, options)
    }

    /// Serves until the future is dropped. Calls `on_open` when the Gate listens.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn run(self, on_open: impl FnOnce(&Server)) -> io::Result<()> {
        let mut server = self.open().await?;
        on_open(&server);
        server.ended().await;
        Ok(())
    }
}
