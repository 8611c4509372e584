//! The smallest merchant for Kaspi on axum. The endpoint is what to copy for any framework: read the body with a limit on
//! its size and its time, call `serve`, send the reply.
//!
//! ```sh
//! JETPAY_PROJECT=1234 JETPAY_SECRET='the secret' SHOP_LISTEN=127.0.0.1:8080 cargo run --package shop-axum
//! ```
//!
//! The payments are in memory, and lost when the program ends. The example `shop-sqlite` has a database.

mod shop;

use std::time::Duration;
use std::{env, error::Error, sync::Arc};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jetpay_kaspi::Kaspi;
use jetpay_kaspi::core::serve::refuse_unread;
use jetpay_kaspi::core::{Keyring, Project, ProjectId, Rejection, Reply, serve};
use shop::Shop;
use tokio::net::TcpListener;
use tokio::time::timeout;

/// The largest body, in bytes. Real messages have less than 4 KiB.
const LIMIT: usize = 64 * 1024;
/// The time in which a body must arrive.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

struct Endpoint {
    shop: Shop,
    keyring: Keyring,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let project: ProjectId = env::var("JETPAY_PROJECT")?.parse()?;
    let endpoint = Arc::new(Endpoint {
        shop: Shop::default(),
        keyring: Project::new(project, &env::var("JETPAY_SECRET")?)?.into(),
    });
    let mut app = Router::new()
        .route("/kaspi", post(kaspi))
        .layer(DefaultBodyLimit::max(LIMIT));
    if env::var_os("SHOP_IN_TEST").is_some() {
        app = app.route("/test/payments/{id}", get(money));
    }
    let listener = TcpListener::bind(env::var("SHOP_LISTEN")?).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app.with_state(endpoint)).await?)
}

/// `verify`, `check_deposit` and callbacks. The content type of a request does not matter.
async fn kaspi(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let reply = match timeout(READ_TIMEOUT, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => serve::<Kaspi, _>(&body, &endpoint.shop, &endpoint.keyring).await,
        Ok(Err(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            refuse_unread::<Kaspi>(Rejection::TooLarge { limit: LIMIT })
        }
        // It broke off, or it is late.
        Ok(Err(_)) | Err(_) => refuse_unread::<Kaspi>(Rejection::Incomplete),
    };
    if let Some(unavailable) = &reply.outcome.unavailable {
        eprintln!("answered 503: {}", unavailable.report());
    }
    response(reply)
}

/// The reply says the HTTP status. A callback is answered without a body.
fn response(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if reply.body.is_empty() {
        return status.into_response();
    }
    (status, [(CONTENT_TYPE, "application/json")], reply.body).into_response()
}

/// Shows to `jetpay-conformance` what a payment moved, in minor units.
async fn money(State(endpoint): State<Arc<Endpoint>>, Path(id): Path<String>) -> Response {
    match endpoint.shop.money(&id) {
        Some(money) => ([(CONTENT_TYPE, "application/json")], money.to_string()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
