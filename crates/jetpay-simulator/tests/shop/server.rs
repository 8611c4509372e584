//! The merchant behind HTTP, with as much of an interface for observing as the checks need.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::dev::Service;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json, Path, Query};
use actix_web::{App, HttpResponse, HttpServer};
use jetpay_actix::{callbacks, endpoint};
use jetpay_cashin_kz::CashinKz;
use jetpay_core::{Keyring, Method};
use jetpay_kaspi::Kaspi;
use jetpay_kassa24::Kassa24;
use jetpay_kassa24_bvu::Kassa24Bvu;
use jetpay_qiwi_kz::QiwiKz;
use serde_json::{Value, json};

use super::{Fault, Shop};

/// Serves as long as the test runs; the base URL.
pub(crate) fn serve(shop: Shop, keyring: Keyring) -> String {
    let (shop, keyring) = (Arc::new(shop), Arc::new(keyring));
    let server = HttpServer::new(move || {
        let (s, k) = (|| Arc::clone(&shop), || Arc::clone(&keyring));
        let acknowledges_unsigned = shop.fault == Fault::AcknowledgesUnsigned;
        App::new()
            .app_data(Data::from(s()))
            .wrap_fn(move |request, app| {
                let answer = app.call(request);
                async move {
                    let mut answer = answer.await?;
                    if acknowledges_unsigned && answer.status() == StatusCode::BAD_REQUEST {
                        *answer.response_mut().status_mut() = StatusCode::OK;
                    }
                    Ok(answer)
                }
            })
            .service(endpoint::<Kaspi, _>(&path::<Kaspi>(), s(), k()))
            .service(endpoint::<Kassa24, _>(&path::<Kassa24>(), s(), k()))
            .service(endpoint::<Kassa24Bvu, _>(&path::<Kassa24Bvu>(), s(), k()))
            .service(endpoint::<CashinKz, _>(&path::<CashinKz>(), s(), k()))
            .service(endpoint::<QiwiKz, _>(&path::<QiwiKz>(), s(), k()))
            .service(callbacks("/callback", s(), k()))
            .route("/v1/payments/{id}", web::get().to(payment))
            .route("/v1/customers/{id}", web::get().to(customer))
            .route("/v1/entries", web::get().to(entries))
    });
    let server = server
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    format!("http://{address}")
}

fn path<M: Method>() -> String {
    format!("/{}", M::NAME)
}

async fn payment(shop: Data<Shop>, id: Path<String>) -> HttpResponse {
    match shop.books().payment(&id) {
        Some(payment) => HttpResponse::Ok().json(payment),
        None => HttpResponse::NotFound().finish(),
    }
}

async fn customer(shop: Data<Shop>, id: Path<String>) -> Json<Value> {
    Json(json!({"balance": shop.books().balance(&id)}))
}

async fn entries(shop: Data<Shop>, query: Query<HashMap<String, usize>>) -> Json<Value> {
    Json(json!({"entries": shop.books().entries(query.get("after").copied().unwrap_or_default())}))
}

/// Serves the same answer to everything, as long as the test runs; the base URL.
#[allow(dead_code, reason = "a module of tests: each test file uses its part")]
pub(crate) fn serve_constant(status: u16, body: &'static str) -> String {
    let status = StatusCode::from_u16(status).unwrap();
    let answer = move || async move { HttpResponse::build(status).body(body) };
    let server = HttpServer::new(move || App::new().default_service(web::to(answer)))
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    format!("http://{address}")
}
