//! HTTP in and out: the connections of merchants, and the delivery of callbacks.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::callbacks::DueCallback;
use super::log::{Event, EventHandler};
use super::reply::Reply;
use super::server::Shared;
use crate::client::Client;
use crate::schedule;

/// The largest body that the Gate accepts, in bytes.
const MOST: usize = 64 * 1024;
/// How long a connection may be idle before a request.
const IDLE: Duration = Duration::from_secs(75);
/// How long reading a body may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The number of callbacks that are sent at the same time.
const HANDS: usize = 8;

/// The plan says to close the connection instead of answering.
#[derive(Debug, Error)]
#[error("the connection is dropped, as planned")]
struct Dropped;

/// Serves a connection until either side closes it.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
    // An error means a broken connection, which the other side or a plan caused.
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

/// Delivers callbacks. Cheap to clone.
#[derive(Clone)]
pub(super) struct CallbackSender {
    client: Client,
    hurry: u32,
    hands: Arc<Semaphore>,
    on_event: EventHandler,
}

impl CallbackSender {
    pub(super) fn new(url: &str, hurry: u32, on_event: EventHandler) -> Self {
        Self {
            client: Client::new(url),
            hurry: hurry.max(1),
            hands: Arc::new(Semaphore::new(HANDS)),
            on_event,
        }
    }

    /// Delivers these callbacks in the background. The callbacks of one payout are first sent one after the other, in
    /// this order. Those that were not acknowledged are then repeated independently.
    pub(super) fn deliver_all(&self, callbacks: Vec<DueCallback>, tasks: &mut JoinSet<()>) {
        let mut payouts: Vec<Vec<DueCallback>> = Vec::new();
        for one in callbacks {
            let same = |others: &&mut Vec<DueCallback>| others[0].payment_id == one.payment_id;
            match payouts.iter_mut().find(same) {
                Some(others) => others.push(one),
                None => payouts.push(vec![one]),
            }
        }
        for callbacks in payouts {
            tasks.spawn(self.clone().deliver_in_order(callbacks));
        }
    }

    async fn deliver_in_order(self, callbacks: Vec<DueCallback>) {
        let mut unacknowledged = Vec::new();
        for one in callbacks {
            if !self.deliver(&one).await {
                unacknowledged.push(one);
            }
        }
        let mut repeats = JoinSet::new();
        for one in unacknowledged {
            repeats.spawn(self.clone().repeat(one));
        }
        while repeats.join_next().await.is_some() {}
    }

    async fn repeat(self, callback: DueCallback) {
        for wait in schedule::waits() {
            tokio::time::sleep(wait / self.hurry).await;
            if self.deliver(&callback).await {
                return;
            }
        }
    }

    /// Sends the callback once. Returns whether it was acknowledged, that is, answered with HTTP 200.
    async fn deliver(&self, callback: &DueCallback) -> bool {
        let _hand = self.hands.acquire().await;
        let headers = [("content-type", "application/json")];
        let sent = self
            .client
            .send("POST", "", &headers, callback.body.clone());
        let status = sent.await.map(|exchange| exchange.status);
        let acknowledged = status == Ok(200);
        self.on_event.call(Event::Delivered {
            payment_id: callback.payment_id.clone(),
            status: callback.status,
            answer: status,
        });
        acknowledged
    }
}
