//! HTTP for the merchant: customers, payments, payouts, the feeds of entries, what waits for a person; and for those who watch the service.

mod alarms;
mod auth;
mod customers;
mod decision;
mod entries;
mod error;
mod health;
mod inbox;
mod input;
mod payments;
mod payouts;
mod resolutions;
mod time;

pub use auth::Token;
pub use payouts::PayoutDesk;
pub(crate) use time::Rfc3339;

use actix_web::web::{self, ServiceConfig};
use jetpay_core::Currency;
use jetpay_ledger::Ledger;

use crate::telemetry::Metrics;

/// What the handlers share.
#[derive(Clone)]
pub struct Admin {
    /// The books.
    pub ledger: Ledger,
    /// The currency of all balances.
    pub currency: Currency,
    /// What the merchant must say.
    pub token: Token,
    /// Where payouts are taken; none without `[gate]`.
    pub payouts: Option<PayoutDesk>,
    /// The collected metrics.
    pub metrics: Metrics,
}

/// Registers all of it. Everything below `/v1` asks for the token.
pub fn endpoints(config: &mut ServiceConfig, admin: Admin) {
    let token = admin.token.clone();
    config
        .app_data(web::Data::new(admin))
        .configure(health::endpoints)
        .service(
            web::scope("/v1")
                .wrap(auth::RequireToken::new(token))
                .configure(customers::endpoints)
                .configure(payments::endpoints)
                .configure(payouts::endpoints)
                .configure(entries::endpoints)
                .configure(alarms::endpoints)
                .configure(inbox::endpoints)
                .configure(resolutions::endpoints)
                .default_service(web::to(error::no_such_path)),
        )
        .default_service(web::to(error::no_such_path));
}
