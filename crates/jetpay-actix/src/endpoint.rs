//! An endpoint as actix-web registers it.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::{StatusCode, header::ContentType};
use actix_web::{HttpResponse, web};
use jetpay_core::{Keyring, Reply};

use crate::body;
use crate::handler::Handler;

/// The largest body that is taken unless said otherwise, in bytes.
pub const DEFAULT_LIMIT: usize = 64 * 1024;
/// How long a body may take to arrive unless said otherwise.
pub const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(10);

type Observer = Arc<dyn Fn(&Reply, Duration) + Send + Sync>;

/// One URL and what stands behind it. Register it with [`App::service`](actix_web::App::service).
pub struct Endpoint<H, S> {
    path: String,
    shared: Arc<Shared<H, S>>,
}

struct Shared<H, S> {
    merchant: S,
    keyring: Arc<Keyring>,
    limit: usize,
    read_timeout: Duration,
    observer: Option<Observer>,
    handler: PhantomData<fn() -> H>,
}

impl<H: Handler<S>, S: 'static> Endpoint<H, S> {
    pub(crate) fn new(path: &str, merchant: S, keyring: Arc<Keyring>) -> Self {
        let (limit, read_timeout) = (DEFAULT_LIMIT, DEFAULT_READ_TIMEOUT);
        let shared = Shared {
            merchant,
            keyring,
            limit,
            read_timeout,
            observer: None,
            handler: PhantomData,
        };
        Self {
            path: path.to_owned(),
            shared: Arc::new(shared),
        }
    }

    /// The largest body that is taken, in bytes.
    #[must_use]
    pub fn limit(self, bytes: usize) -> Self {
        self.with(|shared| shared.limit = bytes)
    }

    /// How long a body may take to arrive.
    #[must_use]
    pub fn read_timeout(self, read_timeout: Duration) -> Self {
        self.with(|shared| shared.read_timeout = read_timeout)
    }

    /// Is told every answer and how long it took, before it is sent: for logs and metrics.
    #[must_use]
    pub fn observe(self, observer: impl Fn(&Reply, Duration) + Send + Sync + 'static) -> Self {
        self.with(|shared| shared.observer = Some(Arc::new(observer)))
    }

    fn with(mut self, change: impl FnOnce(&mut Shared<H, S>)) -> Self {
        // Nobody else holds it before it is registered.
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            change(shared);
        }
        self
    }
}

impl<H: Handler<S>, S: 'static> Shared<H, S> {
    async fn answer(&self, payload: web::Payload) -> HttpResponse {
        let begun = Instant::now();
        let reply = match body::read(payload, self.limit, self.read_timeout).await {
            Ok(body) => H::serve(&body, &self.merchant, &self.keyring).await,
            Err(rejection) => H::refuse(rejection),
        };
        if let Some(observer) = &self.observer {
            observer(&reply, begun.elapsed());
        }
        let status =
            StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        if reply.body.is_empty() {
            response.finish()
        } else {
            response.content_type(ContentType::json()).body(reply.body)
        }
    }
}

impl<H: Handler<S>, S: 'static> HttpServiceFactory for Endpoint<H, S> {
    fn register(self, config: &mut AppService) {
        let shared = self.shared;
        let handler = move |payload: web::Payload| {
            let shared = Arc::clone(&shared);
            async move { shared.answer(payload).await }
        };
        // A resource answers 405 to methods that it has no route for.
        web::resource(self.path)
            .route(web::post().to(handler))
            .register(config);
    }
}
