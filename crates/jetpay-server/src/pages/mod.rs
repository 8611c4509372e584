//! Pages for the people at the desk: search, the story of a payment, what waits for a decision, and today. Links and forms,
//! and no script at all. They read the ledger and decide as the admin interface does, with the same tokens and roles.

mod alarms;
mod deliveries;
mod door;
mod error;
mod events;
mod failure;
mod fields;
mod follows;
mod form;
mod inbox;
mod layout;
mod length;
mod list;
mod payment;
mod payouts;
mod reconciliations;
mod search;
mod show;
#[cfg(test)]
mod style;
mod today;
mod visit;
#[cfg(test)]
mod words;

use actix_web::guard::fn_guard;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use jetpay_core::Keyring;
use jiff::tz::TimeZone;
use tokio::sync::watch;

use crate::admin::{Admin, is_known_host};
use crate::config::{Config, PagesConfig};
use crate::listener::end_unread;
use crate::locale;
use crate::reload::{Live, Reloaded};
use door::Sessions;
use today::Board;

/// What all pages share.
#[derive(Clone)]
pub struct Pages {
    /// The ledger, and how decisions are made.
    admin: Admin,
    /// The secrets that verify stored messages, also the past ones.
    keyring: Live<Keyring>,
    /// Who is signed in.
    sessions: Sessions,
    /// What is counted of today.
    board: Board,
    zone: TimeZone,
    zone_name: String,
    hosts: Vec<String>,
}

impl Pages {
    /// The pages over what the admin interface has.
    #[must_use]
    pub fn new(config: &PagesConfig, all: &Config, admin: Admin, reloaded: &Reloaded) -> Self {
        Self {
            admin,
            keyring: reloaded.keyring_with_past.clone(),
            sessions: Sessions::default(),
            board: Board::new(all, &config.zone),
            zone: config.zone.clone(),
            zone_name: config.zone_name.clone(),
            hosts: config.hosts.clone(),
        }
    }

    /// Counts the day while people use the pages, until the service ends.
    pub(crate) async fn count_today(self, ending: watch::Receiver<bool>) {
        let Admin {
            ledger, metrics, ..
        } = self.admin;
        self.board.run(ledger, metrics, ending).await;
    }
}

/// Registers all pages. Those but the sign-in need a session, and all of them a known host.
pub fn endpoints(config: &mut ServiceConfig, pages: Pages) {
    let hosts = pages.hosts.clone();
    config
        .app_data(Data::new(pages))
        .service(
            web::scope("")
                .guard(fn_guard(move |context| {
                    is_known_host(context.head(), &hosts)
                }))
                .configure(door::endpoints)
                .service(
                    web::scope("")
                        .wrap(from_fn(door::enter))
                        .configure(search::endpoints)
                        .configure(payment::endpoints)
                        .configure(alarms::endpoints)
                        .configure(inbox::endpoints)
                        .configure(payouts::endpoints)
                        .configure(reconciliations::endpoints)
                        .configure(deliveries::endpoints)
                        .configure(today::endpoints)
                        .default_service(web::to(error::no_such_page)),
                )
                .wrap(from_fn(end_unread))
                .wrap(from_fn(door::guarded))
                .wrap(from_fn(door::headers)),
        )
        .default_service(
            web::to(error::wrong_host)
                .wrap(from_fn(end_unread))
                .wrap(from_fn(door::headers)),
        );
}
