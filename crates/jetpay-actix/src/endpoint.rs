//! An endpoint that actix-web can register.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BodyStream, to_bytes_limited};
use actix_web::dev::{self, AppService, HttpServiceFactory};
use actix_web::http::{StatusCode, header::ContentType};
use actix_web::rt::spawn;
use actix_web::rt::time::{sleep, timeout};
use actix_web::web::{self, Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::{Keyring, Rejection, Reply};

use crate::handler::Handler;

/// The default limit on the size of a body, in bytes: 64 KiB. The largest messages in the documents have about 1 KB.
pub const DEFAULT_LIMIT: usize = 64 * 1024;
/// The default limit on the time in which a body must arrive: 10 seconds.
pub const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a body that is not read is held: longer than it takes to write an answer.
const HOLD: Duration = Duration::from_millis(100);

/// Gives the keyring of the moment.
type Keyrings = Box<dyn Fn() -> Arc<Keyring> + Send + Sync>;
type Observer = Box<dyn Fn(&HttpRequest, &Reply, Duration) + Send + Sync>;

/// One URL and the merchant that serves it. Register it with [`App::service`](actix_web::App::service).
pub struct Endpoint<H, S> {
    path: String,
    merchant: S,
    keyring: Keyrings,
    limit: usize,
    read_timeout: Duration,
    observer: Option<Observer>,
    handler: PhantomData<fn() -> H>,
}

impl<H: Handler<S>, S: 'static> Endpoint<H, S> {
    pub(crate) fn new(path: &str, merchant: S, keyring: Arc<Keyring>) -> Self {
        Self {
            path: path.strip_suffix('/').unwrap_or(path).to_owned(),
            merchant,
            keyring: Box::new(move || Arc::clone(&keyring)),
            limit: DEFAULT_LIMIT,
            read_timeout: DEFAULT_READ_TIMEOUT,
            observer: None,
            handler: PhantomData,
        }
    }

    /// Sets the limit on the size of a body, in bytes. The default is [`DEFAULT_LIMIT`]. A larger body gets HTTP 413.
    #[must_use]
    pub fn limit(self, bytes: usize) -> Self {
        Self {
            limit: bytes,
            ..self
        }
    }

    /// Sets the limit on the time in which a body must arrive. The default is [`DEFAULT_READ_TIMEOUT`]. A later body gets HTTP
    /// 400.
    #[must_use]
    pub fn read_timeout(self, read_timeout: Duration) -> Self {
        Self {
            read_timeout,
            ..self
        }
    }

    /// Sets a function that gives the keyring for each request, instead of one keyring for all: so a new secret is accepted
    /// without a restart. It runs on the worker thread, so it must not block.
    #[must_use]
    pub fn keyring_from(self, keyring: impl Fn() -> Arc<Keyring> + Send + Sync + 'static) -> Self {
        Self {
            keyring: Box::new(keyring),
            ..self
        }
    }

    /// Sets a function that gets each reply and the time that it took, before the reply is sent. Use it for logs and
    /// metrics: [`Reply::outcome`](jetpay_core::Reply::outcome) has no data of the payer, but `Reply::body` has. It runs on
    /// the worker thread, so it must not block.
    ///
    /// ```
    /// use jetpay_actix::core::{Keyring, Merchant, Method};
    /// use jetpay_actix::{Endpoint, MethodHandler};
    ///
    /// fn observed<M: Method, S: Merchant<M> + 'static>(shop: S, keyring: Keyring) -> Endpoint<MethodHandler<M>, S> {
    ///     jetpay_actix::endpoint::<M, S>("/top-ups", shop, keyring).observe(|reply, took| {
    ///         let rejected = reply.outcome.rejection.as_ref().map(|rejection| rejection.kind());
    ///         println!("{:?} {} {rejected:?} {took:?}", reply.outcome.kind, reply.status);
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn observe(self, observer: impl Fn(&Reply, Duration) + Send + Sync + 'static) -> Self {
        self.observe_request(move |_, reply, took| observer(reply, took))
    }

    /// The same as [`observe`](Self::observe), for a function that also gets the request: its connection and its headers, which
    /// are not signed. It replaces a function that was set before.
    #[must_use]
    pub fn observe_request(
        self,
        observer: impl Fn(&HttpRequest, &Reply, Duration) + Send + Sync + 'static,
    ) -> Self {
        Self {
            observer: Some(Box::new(observer)),
            ..self
        }
    }

    async fn respond(&self, request: &HttpRequest, payload: Payload) -> HttpResponse {
        let begun = Instant::now();
        let body = read_body(payload, self.limit, self.read_timeout).await;
        let is_unread = body.is_err();
        let reply = match body {
            Ok(body) => H::serve(&body, &self.merchant, &(self.keyring)()).await,
            Err(rejection) => H::refuse(rejection),
        };
        // Without this line, an outage of the merchant's store would be seen by the platform alone.
        if let Some(unavailable) = &reply.outcome.unavailable {
            tracing::error!(path = self.path, "answered 503: {}", unavailable.report());
        }
        if let Some(observer) = &self.observer {
            observer(request, &reply, begun.elapsed());
        }
        let status =
            StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        if is_unread {
            response.force_close();
        }
        if reply.body.is_empty() {
            response.finish()
        } else {
            response.content_type(ContentType::json()).body(reply.body)
        }
    }
}

impl<H: Handler<S>, S: 'static> HttpServiceFactory for Endpoint<H, S> {
    fn register(self, config: &mut AppService) {
        // The endpoint at `/` has the two paths `` and `/`, which are one.
        let paths = [self.path.clone(), format!("{}/", self.path)];
        let endpoint = Arc::new(self);
        let handler = move |request: HttpRequest, payload: Payload| {
            let endpoint = Arc::clone(&endpoint);
            async move { endpoint.respond(&request, payload).await }
        };
        web::resource(paths)
            .route(web::post().to(handler))
            .default_service(web::to(no_such_method))
            .register(config);
    }
}

/// Reads a body, with limits on its size and its time.
async fn read_body(
    mut payload: Payload,
    limit: usize,
    read_timeout: Duration,
) -> Result<Bytes, Rejection> {
    let body = to_bytes_limited(BodyStream::new(&mut payload), limit);
    let rejection = match timeout(read_timeout, body).await {
        Ok(Ok(Ok(bytes))) => return Ok(bytes),
        Ok(Err(_)) => Rejection::TooLarge { limit },
        // The body broke off or is late.
        Ok(Ok(Err(_))) | Err(_) => Rejection::Incomplete,
    };
    end_after_answer(payload.into_inner());
    Err(rejection)
}

/// Lets actix-web end the connection after the answer to a request whose body is not read. The answer says so with
/// `Connection: close`, which also ends a connection whose whole body has arrived.
///
/// actix-web reads a dropped body to its end when it is chunked, and a client can send one without an end. A body that is still
/// held when the answer is written ends the connection.
fn end_after_answer(payload: dev::Payload) {
    spawn(async move {
        sleep(HOLD).await;
        drop(payload);
    });
}

async fn no_such_method(payload: Payload) -> HttpResponse {
    let mut response = HttpResponse::MethodNotAllowed();
    let body = payload.into_inner();
    if !matches!(body, dev::Payload::None) {
        response.force_close();
        end_after_answer(body);
    }
    response.finish()
}
