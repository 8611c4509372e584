//! A whole merchant on its own SQLite: Kaspi and Kassa24, contracts, pending payments, exactly-once credits, refunds in any
//! order. Copy it, and put your database in the place of `store`. `README.md` says how to run it.

mod shop;
mod store;

use std::{env, sync::Arc};

use jetpay_actix::actix_web::{App, HttpServer, Responder, error, guard, rt::System, web};
use jetpay_actix::{callbacks, endpoint};
use jetpay_kaspi::Kaspi;
use jetpay_kaspi::core::{Keyring, Project, ProjectId};
use jetpay_kassa24::Kassa24;
use shop::Shop;

fn main() -> store::Stored<()> {
    tracing_subscriber::fmt::init(); // The endpoints report here why they answered 503.
    let mut projects = Vec::new();
    for (name, secret) in env::vars() {
        if let Some(id) = name.strip_prefix("JETPAY_SECRET_") {
            projects.push(Project::new(id.parse::<ProjectId>()?, &secret)?);
        }
    }
    let keys = Arc::new(Keyring::new(projects)?);
    let db = rusqlite::Connection::open("shop.db")?;
    db.execute_batch(include_str!("schema.sql"))?;
    let shop = Arc::new(Shop(db.into()));
    let server = HttpServer::new(move || {
        let (shop, keys) = (|| shop.clone(), || keys.clone());
        let in_test = guard::fn_guard(|_| env::var_os("SHOP_IN_TEST").is_some());
        App::new()
            .service(endpoint::<Kaspi, _>("/kaspi", shop(), keys()))
            .service(endpoint::<Kassa24, _>("/kassa24", shop(), keys()))
            .service(callbacks("/callback", shop(), keys()))
            .app_data(web::Data::from(shop()))
            .route("/test/payments/{id}", web::get().guard(in_test).to(money))
    });
    let server = server.bind(env::var("SHOP_LISTEN")?)?;
    println!("listening on http://{}", server.addrs()[0]);
    Ok(System::new().block_on(server.run())?)
}

/// Shows to `jetpay-conformance` what a payment moved, in minor units.
async fn money(id: web::Path<String>, shop: web::Data<Shop>) -> impl Responder {
    let sql = "SELECT money FROM money WHERE payment_id = ?1";
    let money = store::json::<serde_json::Value>(&shop.db(), sql, [id.as_str()]);
    let money = money.map_err(error::ErrorServiceUnavailable);
    money.map(|it| it.map(web::Json))
}
