//! A listener that nobody can hold up: so many connections and no more, and each of them has to get on.
//!
//! `HttpServer` of actix-web cannot do that: its time limit for a head counts for a connection's first request only,
//! and for an answer that nobody reads it has none. So the same service is put together here, over a stream that
//! watches itself.

mod connection;
mod descriptors;

pub use descriptors::allow;

use std::future::ready;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_http::{HttpService, Protocol};
use actix_server::Server;
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::App;
use actix_web::dev::AppConfig;
use actix_web::error::DispatchError;
use actix_web::rt::net::TcpStream;
use actix_web::web::ServiceConfig;
use connection::Connection;

/// How long the head of a connection's first request may take.
const HEAD: Duration = Duration::from_secs(5);
/// How long a connection may take to end once it was told to.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long requests that were accepted may take once the service stops.
const LAST_REQUESTS: Duration = Duration::from_secs(10);
/// How many connections may wait to be accepted; the system may allow fewer.
#[cfg(unix)]
const BACKLOG: i32 = 1024;

/// How much a listener takes.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Threads; one a core unless said otherwise.
    pub workers: Option<usize>,
    /// The most connections at a time. Others wait until one ends.
    pub connections: usize,
    /// How long a connection may be silent, or get no further with a request or an answer.
    pub read_timeout: Duration,
}

/// Listens, and serves what `endpoints` registers.
///
/// # Errors
/// When the address is taken or not ours.
pub fn listen<E>(
    address: SocketAddr,
    bounds: Bounds,
    endpoints: E,
) -> io::Result<(Server, SocketAddr)>
where
    E: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let listener = bind(address)?;
    let local = listener.local_addr()?;
    let workers = bounds
        .workers
        .unwrap_or_else(|| available_parallelism().map_or(1, NonZero::get));
    // Signals are handled by `service::asked_to_end`: actix would drop requests on SIGINT.
    let builder = Server::build()
        .workers(workers)
        .max_concurrent_connections(bounds.connections.div_ceil(workers))
        .shutdown_timeout(LAST_REQUESTS.as_secs())
        .disable_signals();
    let ending = builder.graceful_shutdown_signal();
    let read_timeout = bounds.read_timeout;
    let builder = builder.listen("jetpay", listener, move || {
        let (ending, endpoints) = (ending.clone(), endpoints.clone());
        let app = App::new().configure(endpoints);
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .keep_alive(read_timeout)
            .client_request_timeout(HEAD.min(read_timeout))
            .client_disconnect_timeout(GOODBYE)
            .local_addr(local)
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            let connection = Connection::new(stream, read_timeout);
            ready(Ok::<_, DispatchError>((connection, Protocol::Http1, peer)))
        })
        .and_then(http)
    })?;
    Ok((builder.run(), local))
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    // The standard library asks for a shorter queue, which a burst of connections overflows.
    #[cfg(unix)]
    rustix::net::listen(&listener, BACKLOG)?;
    Ok(listener)
}
