//! One connection of a merchant.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::reply::Reply;
use super::server::Shared;

/// More of a body than this is not taken, in bytes.
const MOST: usize = 64 * 1024;
/// How long a connection may be silent before a request.
const IDLE: Duration = Duration::from_secs(75);
/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The answer of a service that ends its connection instead.
#[derive(Debug)]
struct Dropped;

/// Serves a connection until either side ends it.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
    // An error is a broken connection: the other side's doing, or ours on purpose.
    let _broken = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let (head, body) = request.into_parts();
    if head.method != Method::POST {
        return Ok(response(StatusCode::METHOD_NOT_ALLOWED, Vec::new()));
    }
    let body = match tokio::time::timeout(PATIENCE, Limited::new(body, MOST).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) => return Ok(response(StatusCode::PAYLOAD_TOO_LARGE, Vec::new())),
        Err(_) => return Ok(response(StatusCode::REQUEST_TIMEOUT, Vec::new())),
    };
    let (after, status, body) = match shared.receive(head.uri.path(), &body) {
        Reply::Dropped { .. } => return Err(Dropped),
        Reply::Answer {
            after,
            status,
            body,
        } => (after, status, body),
    };
    tokio::time::sleep(after).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(response(status, body))
}

fn response(status: StatusCode, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is dropped, as planned")
    }
}

impl std::error::Error for Dropped {}
