//! An endpoint as actix-web registers it.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::{StatusCode, header::ContentType};
use actix_web::{HttpResponse, web};
use jetpay_core::{Keyring, Reply};

use crate::body;
use crate::door::Door;

/// The largest body that is taken unless said otherwise, in bytes.
pub const DEFAULT_LIMIT: usize = 64 * 1024;
/// How long a body may take to arrive unless said otherwise.
pub const DEFAULT_PATIENCE: Duration = Duration::from_secs(10);

type Observer = Arc<dyn Fn(&Reply, Duration) + Send + Sync>;

/// One URL and what stands behind it. Register it with [`App::service`](actix_web::App::service).
pub struct Endpoint<D, S> {
    path: String,
    shared: Arc<Shared<D, S>>,
}

struct Shared<D, S> {
    merchant: S,
    keyring: Arc<Keyring>,
    limit: usize,
    patience: Duration,
    observer: Option<Observer>,
    door: PhantomData<fn() -> D>,
}

impl<D: Door<S>, S: 'static> Endpoint<D, S> {
    pub(crate) fn new(path: &str, merchant: S, keyring: Arc<Keyring>) -> Self {
        let (limit, patience) = (DEFAULT_LIMIT, DEFAULT_PATIENCE);
        let shared = Shared {
            merchant,
            keyring,
            limit,
            patience,
            observer: None,
            door: PhantomData,
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
    pub fn patience(self, patience: Duration) -> Self {
        self.with(|shared| shared.patience = patience)
    }

    /// Is told every answer and how long it took, before it is sent: for logs and metrics.
    #[must_use]
    pub fn observe(self, observer: impl Fn(&Reply, Duration) + Send + Sync + 'static) -> Self {
        self.with(|shared| shared.observer = Some(Arc::new(observer)))
    }

    fn with(mut self, change: impl FnOnce(&mut Shared<D, S>)) -> Self {
        // Nobody else holds it before it is registered.
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            change(shared);
        }
        self
    }
}

impl<D: Door<S>, S: 'static> Shared<D, S> {
    async fn answer(&self, payload: web::Payload) -> HttpResponse {
        let begun = Instant::now();
        let reply = match body::read(payload, self.limit, self.patience).await {
            Ok(body) => D::serve(&body, &self.merchant, &self.keyring).await,
            Err(rejection) => D::refuse(rejection),
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

impl<D: Door<S>, S: 'static> HttpServiceFactory for Endpoint<D, S> {
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
