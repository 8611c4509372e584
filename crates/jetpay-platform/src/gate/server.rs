//! The Gate behind HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use super::Millis;
use super::books::Books;
use super::connection;
use super::courier::Courier;
use super::event::{Event, Watch};
use super::reply::Reply;

/// How a Gate serves.
#[derive(Debug, Clone)]
pub struct Serving {
    /// Where callbacks are sent; without it nobody is told anything.
    pub callback_url: Option<Url>,
    /// Divides the waits before a callback comes again; a plan's own times are left alone
    /// ([`Plan::hurried`](super::Plan::hurried)).
    pub hurry: u32,
    /// How many callbacks are under way at once.
    pub at_once: usize,
    /// Who is told what happens.
    pub watch: Watch,
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
    books: Mutex<Books>,
    watch: Watch,
    /// Something may be due earlier than it was.
    changed: Notify,
}

impl Default for Serving {
    /// No callbacks; the schedule's own waits, and eight at once.
    fn default() -> Self {
        Self {
            callback_url: None,
            hurry: 1,
            at_once: 8,
            watch: Watch::default(),
        }
    }
}

/// Serves these books.
///
/// # Errors
/// When the listener has no address.
///
/// # Panics
/// Outside of a tokio runtime with I/O and time.
pub fn serve(listener: TcpListener, books: Books, serving: Serving) -> io::Result<Server> {
    let shared = Arc::new(Shared {
        books: Mutex::new(books),
        watch: serving.watch.clone(),
        changed: Notify::new(),
    });
    let courier = serving
        .callback_url
        .map(|url| Courier::new(url.as_str(), serving.hurry, serving.at_once, serving.watch));
    let address = listener.local_addr()?;
    let tasks = [
        tokio::spawn(accept(listener, Arc::clone(&shared))),
        tokio::spawn(tell(courier, Arc::clone(&shared))),
    ];
    Ok(Server {
        address,
        shared,
        tasks,
    })
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL that a merchant's service is told: `http://127.0.0.1:9090`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The books, to script payouts and to look at what was seen. Nothing is answered as long as they are held.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.shared.books()
    }

    /// Changes the books as of this moment, such as by [`Books::made_by_hand`]; what is due then is told.
    pub fn with_books<T>(&self, change: impl FnOnce(&mut Books, Millis) -> T) -> T {
        let changed = change(&mut self.shared.books(), now());
        self.shared.changed.notify_one();
        changed
    }

    /// Waits until something ends it, which nothing does but a panic.
    pub(super) async fn ended(&mut self) {
        for task in &mut self.tasks {
            // A task that panicked has said so.
            let _panicked = task.await;
        }
    }

    /// Ends all connections and deliveries, and frees the address.
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
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn receive(&self, path: &str, body: &[u8]) -> Reply {
        let mut books = self.books();
        let before = books.seen().len();
        let reply = books.receive(now(), path, body);
        let seen = books.seen()[before..].last().cloned();
        drop(books);
        self.changed.notify_one();
        self.watch.tell(match seen {
            Some(seen) => Event::Asked(Box::new(seen)),
            None => Event::TurnedDown {
                status: reply.status().unwrap_or_default(),
                why: message_of(&reply),
            },
        });
        reply
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(connection::serve(stream, Arc::clone(&shared)));
        } else {
            // No file handles are left, say: some connection will end.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn tell(courier: Option<Courier>, shared: Arc<Shared>) {
    let mut deliveries = JoinSet::new();
    loop {
        let (due, next) = {
            let mut books = shared.books();
            (books.due(now()), books.next_due())
        };
        if let Some(courier) = &courier {
            courier.tell(due, &mut deliveries);
        }
        while deliveries.try_join_next().is_some() {}
        let wait = next.map_or(LONG, |at| {
            let millis = at.saturating_sub(now());
            Duration::from_millis(u64::try_from(millis).unwrap_or_default()).min(LONG)
        });
        // Either is a reason to look again.
        let _elapsed = tokio::time::timeout(wait, shared.changed.notified()).await;
    }
}

/// How long nobody looks when nothing happens.
const LONG: Duration = Duration::from_secs(60);

fn message_of(reply: &Reply) -> String {
    let json = reply.json().unwrap_or_default();
    json["message"].as_str().unwrap_or_default().to_owned()
}

fn now() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}
