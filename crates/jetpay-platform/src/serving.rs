//! What the simulators serve over HTTP: the platform's Gate and Data API, a merchant's billing and receiver of webhooks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// The largest body that is accepted, in bytes.
const MOST: usize = 64 * 1024;
/// How long a connection may be idle before a request.
const IDLE: Duration = Duration::from_secs(75);
/// How long reading a body may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What happens on the wire after a request.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answer {
        /// How long the answer takes. What it reports has already happened.
        after: Duration,
        /// The HTTP status.
        status: u16,
        /// The headers: names in lower case, and values.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection ends without an answer.
    Dropped {
        /// Whether what the request asks for has happened before.
        accepted: bool,
    },
}

impl Reply {
    pub(crate) fn now(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer {
            after: Duration::ZERO,
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(crate) fn slowly(mut self, longer: Duration) -> Self {
        if let Self::Answer { after, .. } = &mut self {
            *after += longer;
        }
        self
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }

    /// The HTTP status, when there is an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answer { status, .. } => Some(*status),
            Self::Dropped { .. } => None,
        }
    }

    /// The body of the answer as JSON, if there is an answer and it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        match self {
            Self::Answer { body, .. } => serde_json::from_slice(body).ok(),
            Self::Dropped { .. } => None,
        }
    }
}

impl fmt::Debug for Reply {
    /// Hides the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer { after, status, .. } => f
                .debug_struct("Answer")
                .field("after", after)
                .field("status", status)
                .finish_non_exhaustive(),
            Self::Dropped { accepted } => f
                .debug_struct("Dropped")
                .field("accepted", accepted)
                .finish(),
        }
    }
}

/// Answers requests.
pub(crate) trait Respond: Send + Sync + 'static {
    /// The methods of HTTP that are answered. Others get 405.
    const METHODS: &'static [Method] = &[Method::POST];

    /// Answers a request.
    fn respond(&self, head: &Parts, body: &[u8]) -> Reply;
}

/// The script says to close the connection instead of answering.
#[derive(Debug, Error)]
#[error("the connection is dropped, as planned")]
struct Dropped;

/// Accepts connections and serves them, until the future is dropped.
pub(crate) async fn accept(listener: TcpListener, responder: Arc<impl Respond>) {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve(stream, Arc::clone(&responder)));
        } else {
            // The error is probably a lack of file handles. A connection that ends frees one.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Serves a connection until either side closes it.
async fn serve(stream: TcpStream, responder: Arc<impl Respond>) {
    let service = service_fn(move |request| answer(request, Arc::clone(&responder)));
    // An error means a broken connection, which the other side or a script caused.
    let _broken = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer<R: Respond>(
    request: Request<Incoming>,
    responder: Arc<R>,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let (head, body) = request.into_parts();
    if !R::METHODS.contains(&head.method) {
        return Ok(response(StatusCode::METHOD_NOT_ALLOWED, Vec::new()));
    }
    let body = match tokio::time::timeout(PATIENCE, Limited::new(body, MOST).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) => return Ok(response(StatusCode::PAYLOAD_TOO_LARGE, Vec::new())),
        Err(_) => return Ok(response(StatusCode::REQUEST_TIMEOUT, Vec::new())),
    };
    let Reply::Answer {
        after,
        status,
        headers,
        body,
    } = responder.respond(&head, &body)
    else {
        return Err(Dropped);
    };
    tokio::time::sleep(after).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = response(status, body);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            let name = HeaderName::from_static(name);
            response.headers_mut().append(name, value);
        }
    }
    Ok(response)
}

fn response(status: StatusCode, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
}
