//! `/payments/{payment_id}`: what was asked, answered and told about a payment, and what a person can do.

mod actions;
mod confirm;
mod correct;
mod deliveries;
mod facts;
mod raw;
mod state;
mod story;

use std::collections::HashMap;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Path, ServiceConfig};
use jetpay_core::id::OperationId;
use jetpay_ledger::{
    Alarm, DeliveryStream, Entry, EntryDelivery, EntryDeliveryState, EntryKind, Error, Feed,
    Ledger, Payment, PaymentCallback, PaymentHistory,
};
use maud::html;

use super::error::PageError;
use super::fields::{Fields, id_of, segment};
use super::layout;
use super::show;
use super::visit::Visit;
use crate::config::Role;
use crate::environment::now;
use crate::search;
use raw::Messages;

/// How many corrections a page tries beforehand: each costs a few reads.
const MOST_PREVIEWS: usize = 20;

/// How many callbacks a page tells of. A payment with more has more pages.
const TOLD: usize = 200;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config
        .route("/payments/{payment_id}", web::get().to(show))
        .route(
            "/payments/{payment_id}/confirm",
            web::post().to(confirm::confirm),
        )
        .route("/entries/{seq}/correct", web::get().to(correct::show))
        .route("/entries/{seq}/correct", web::post().to(correct::correct));
}

/// A payment, and all that happened to it.
struct Told {
    payment: Payment,
    history: PaymentHistory,
    callbacks: Vec<PaymentCallback>,
    deliveries: Vec<EntryDelivery>,
    /// For an endpoint at which an entry of the payment waits: the customer's first entry that waits there. Entries of one customer
    /// are delivered one after the other.
    first_waiting: HashMap<String, Entry>,
}

impl Told {
    async fn read(visit: &Visit, payment: Payment) -> Result<Self, PageError> {
        let (ledger, id) = (visit.ledger(), &payment.id);
        let deliveries = ledger.entry_deliveries(id).await?;
        Ok(Self {
            history: ledger.payment_records(id).await?,
            callbacks: ledger.payment_callbacks(id).await?,
            first_waiting: Self::first_waiting(ledger, &deliveries).await?,
            deliveries,
            payment,
        })
    }

    /// The callbacks of the page on which this one is; of the first page, without one.
    fn part(&self, of: Option<i64>) -> &[PaymentCallback] {
        let is_it = |callback: &PaymentCallback| Some(callback.seq) == of;
        let place = self.callbacks.iter().position(is_it).unwrap_or_default();
        let part = self.callbacks.chunks(TOLD).nth(place / TOLD);
        part.unwrap_or_default()
    }

    async fn first_waiting(
        ledger: &Ledger,
        deliveries: &[EntryDelivery],
    ) -> Result<HashMap<String, Entry>, Error> {
        let mut found = HashMap::new();
        for delivery in deliveries {
            let EntryDeliveryState::Waiting(item) = &delivery.state else {
                continue;
            };
            if found.contains_key(&delivery.endpoint) {
                continue;
            }
            let stream = DeliveryStream {
                name: delivery.endpoint.clone(),
                feed: Feed::Entries,
            };
            if let Some(seq) = ledger.first_waiting(&stream, &item.lane).await? {
                let entry = ledger.entries(seq.saturating_sub(1), 1).await?.pop();
                found.extend(entry.map(|entry| (delivery.endpoint.clone(), entry)));
            }
        }
        Ok(found)
    }

    /// The alarms that wait for a decision.
    fn open_alarms(&self) -> impl Iterator<Item = &Alarm> {
        let alarms = self.history.alarms.iter();
        alarms.filter(|alarm| alarm.resolution.is_none())
    }

    /// The operations whose credit is undone: by the rules of the ledger, an operation is credited once.
    fn used(&self) -> impl Iterator<Item = OperationId> {
        let entries = &self.history.entries;
        let is_undone = |seq| entries.iter().any(|it| it.corrects == Some(seq));
        let credits = entries.iter().filter(|it| it.kind.is_credit());
        let undone = credits.filter(move |it| is_undone(it.seq));
        undone.map(|it| it.operation_id)
    }

    /// The numbers of the entries that a person can undo now.
    async fn correctable(&self, visit: &Visit) -> Result<Vec<i64>, PageError> {
        let entries = &self.history.entries;
        let is_corrected = |seq| entries.iter().any(|it| it.corrects == Some(seq));
        let open = entries
            .iter()
            .filter(|it| it.kind != EntryKind::Correction && !is_corrected(it.seq));
        let mut found = Vec::new();
        for (entry, number) in open.zip(0..) {
            // The pages of the entries beyond say themselves whether they can be undone.
            if number < MOST_PREVIEWS {
                match visit.ledger().preview_correction(entry.seq).await {
                    Ok(_) => {}
                    Err(Error::Resolve(_)) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            found.push(entry.seq);
        }
        Ok(found)
    }

    /// The provider's ids, which receipts show: each once.
    fn receipts(&self) -> Vec<&str> {
        let mut receipts = Vec::new();
        for callback in &self.callbacks {
            if let Some(receipt) = callback.provider_payment_id.as_deref()
                && !receipts.contains(&receipt)
            {
                receipts.push(receipt);
            }
        }
        receipts
    }
}

/// The page of a payment.
fn path(payment: &Payment) -> String {
    format!("/payments/{}", segment(payment.id.as_str()))
}

/// What an id names.
enum Found {
    Payment(Payment),
    /// Another page shows it.
    Elsewhere(String),
}

async fn find(visit: &Visit, id: &str) -> Result<Found, PageError> {
    let (ledger, id) = (visit.ledger(), id_of(id));
    if let Some(payment) = ledger.payment(id).await? {
        return Ok(Found::Payment(payment));
    }
    if ledger.payout(id).await?.is_some() {
        return Ok(Found::Elsewhere(format!("/payouts/{}", segment(id))));
    }
    if search::is_in_inbox(ledger, id).await? {
        return Ok(Found::Elsewhere(format!("/inbox/{}", segment(id))));
    }
    Err(PageError::NotFound("payment-not-found"))
}

fn elsewhere(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .finish()
}

async fn show(
    visit: Visit,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let fields = Fields::of_query(&request);
    let message = fields.given("message").map(str::parse::<i64>);
    let message = message
        .transpose()
        .map_err(|_| PageError::NotFound("payment-no-such-message"))?;
    match find(&visit, &id).await? {
        Found::Payment(payment) => page(&visit, payment, message, None).await,
        Found::Elsewhere(to) => Ok(elsewhere(&to)),
    }
}

/// The whole page. `message`: the callback whose bytes are shown unfolded. `problem`: why a form was refused.
async fn page(
    visit: &Visit,
    payment: Payment,
    message: Option<i64>,
    problem: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let (words, now) = (visit.words, now());
    let told = Told::read(visit, payment).await?;
    let messages = Messages::read(visit, &told, message).await?;
    let correctable = if visit.viewer.may(Role::Resolve) {
        told.correctable(visit).await?
    } else {
        Vec::new()
    };
    let id = show::text(told.payment.id.as_str());
    let title = words.with("payment-title", [("id", id.into())]);
    let main = html! {
        @if let Some(problem) = problem { p.problem role="alert" { (problem) } }
        p.state { (state::sentence(words, &told, now)) (state::failure(words, &told.payment)) }
        (facts::facts(visit, &told))
        section aria-labelledby="actions" {
            h2 #actions { (words.get("payment-actions")) }
            (actions::actions(visit, &told, &correctable, now))
        }
        section aria-labelledby="story" {
            h2 #story { (words.get("payment-story")) }
            (story::story(visit, &told, &messages))
        }
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    Ok(layout::with_status(visit, status, &title, &main))
}
