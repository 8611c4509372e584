//! A listener with bounds: on the number of connections, and on the time that one may go without progress.
//!
//! `HttpServer` of actix-web has no such bounds: its time limit for a head applies to a connection's first request only,
//! and it waits for ever for a client that does not read its answers. This module runs the same HTTP service over
//! `Connection`, a stream that fails when it makes no progress.

mod connection;
mod crowd;
mod peer;
mod unread;

use std::future::{Future, poll_fn, ready};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::rc::Rc;
use std::task::Poll;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_http::{HttpService, KeepAlive, Protocol};
use actix_server::Server;
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::App;
use actix_web::HttpRequest;
use actix_web::dev::{AppConfig, ServiceRequest};
use actix_web::error::DispatchError;
use actix_web::rt::net::TcpStream;
use actix_web::web::ServiceConfig;
use connection::Connection;
use crowd::{Crowd, Kept, Place};

pub use peer::{TrustedProxies, network_of};
pub(crate) use unread::end_unread;

/// The time limit for the head of a connection's first request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// The time limit for a client to close its connection after the service has closed it.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The time that the service gives accepted requests when it stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections that may wait until the service accepts them. The system may allow fewer.
const BACKLOG: i32 = 1024;
/// Connections of a worker beyond its limit, while those that make room for them end.
const SPARE: usize = 16;
/// Open files that are kept for the store, the log and the listeners.
const RESERVED_FILES: usize = 128;

/// The bounds of a listener.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Threads; `None` is one for each core.
    pub workers: Option<usize>,
    /// Connections that may be open at a time. Further ones wait until one ends, unless `closes_oldest`.
    pub connections: usize,
    /// Whether a connection beyond the limit closes the one whose client has made no progress for the longest time. A
    /// connection with a request that has a token stays open.
    pub closes_oldest: bool,
    /// How long a connection may be silent, or make no progress with a request or an answer.
    pub read_timeout: Duration,
}

/// Listens on `address` and serves what `endpoints` registers. Returns the server and the address that it is bound to.
///
/// # Errors
/// When the address is in use or does not belong to this machine.
pub fn listen<E>(
    address: SocketAddr,
    limits: Limits,
    endpoints: E,
) -> io::Result<(Server, SocketAddr)>
where
    E: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let listener = bind(address)?;
    let local = listener.local_addr()?;
    let workers = limits
        .workers
        .unwrap_or_else(|| available_parallelism().map_or(1, NonZero::get));
    // `service::termination` handles signals: on SIGINT actix would drop requests.
    let connections = limits.connections.div_ceil(workers);
    let spare = if limits.closes_oldest { SPARE } else { 0 };
    let builder = Server::build()
        .workers(workers)
        .max_concurrent_connections(connections + spare)
        .shutdown_timeout(SHUTDOWN_TIMEOUT.as_secs())
        .disable_signals();
    let ending = builder.graceful_shutdown_signal();
    let read_timeout = limits.read_timeout;
    let builder = builder.listen("jetpay", listener, move || {
        let (ending, endpoints) = (ending.clone(), endpoints.clone());
        let app = App::new().configure(endpoints);
        let crowd = limits.closes_oldest.then(|| Crowd::new(connections));
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            // `Connection` ends those that are silent, without a timer for each request.
            .keep_alive(KeepAlive::Os)
            .client_request_timeout(HEAD_TIMEOUT.min(read_timeout))
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .local_addr(local)
            .on_connect_ext(|connection: &Connection, data| {
                if let Some(place) = connection.place() {
                    data.insert(Rc::clone(place));
                }
            })
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            let connection = Connection::new(stream, read_timeout, crowd.as_ref());
            ready(Ok::<_, DispatchError>((connection, Protocol::Http1, peer)))
        })
        .and_then(http)
    })?;
    Ok((builder.run(), local))
}

/// Keeps the connection of this request open until the result is dropped, also when a new one needs its place.
pub(crate) fn keep_open(request: &ServiceRequest) -> Option<Kept> {
    request.conn_data::<Rc<Place>>().map(Kept::new)
}

/// Ends when a new connection needs the place of this request's connection.
pub(crate) fn place_needed(request: &HttpRequest) -> impl Future<Output = ()> + use<> {
    let place = request.conn_data::<Rc<Place>>().cloned();
    poll_fn(move |context| match &place {
        Some(place) if place.is_closed(context) => Poll::Ready(()),
        _ => Poll::Pending,
    })
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    // The queue of the standard library is shorter, and a burst of connections overflows it.
    rustix::net::listen(&listener, BACKLOG)?;
    Ok(listener)
}

/// Raises this process's limit of open files as far as the system allows. Fails when it is still too low to run at all:
/// without files left, libraries panic.
///
/// # Errors
/// What to do.
pub fn require_files() -> io::Result<()> {
    let files = allowed_files();
    if files <= RESERVED_FILES {
        return Err(io::Error::other(format!(
            "the system allows this process {files} open files, and it needs more than {RESERVED_FILES}: raise the limit \
             with `ulimit -n 65536`, or with LimitNOFILE=65536 in the unit of systemd"
        )));
    }
    Ok(())
}

/// Raises this process's limit of open files as far as the system allows, and returns how many of `connections` fit.
///
/// With the usual limit of 1024 files a busy service would stop accepting, and could no longer open its store.
#[must_use]
pub fn raise_file_limit(connections: usize) -> usize {
    let files = allowed_files();
    connections.min(files.saturating_sub(RESERVED_FILES)).max(1)
}

/// Raises this process's limit of open files as far as the system allows, and returns it.
fn allowed_files() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let highest = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let allowed = match setrlimit(Resource::Nofile, highest) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    allowed.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    })
}
