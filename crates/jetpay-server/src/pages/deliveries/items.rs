//! Items that wait, as rows: what each is, why it is not delivered, when it is sent again, and what it waits for.

use futures_util::future::try_join_all;
use jetpay_core::Money;
use jetpay_ledger::{DeliveryStream, WaitingState};
use maud::html;

use super::super::error::PageError;
use super::super::fields::segment;
use super::super::list::{Cell, List};
use super::super::visit::Visit;
use super::super::{events, failure, show as shown};
use super::item;
use crate::admin::HeldBack;
use crate::deliver::Item;
use crate::environment::now;

const COLUMNS: &[&str] = &[
    "delivery-col-item",
    "delivery-col-what",
    "delivery-col-amount",
    "delivery-col-payment",
    "delivery-col-customer",
    "delivery-col-state",
    "delivery-col-attempts",
    "delivery-col-why",
    "delivery-col-since",
    "delivery-col-due",
    "delivery-col-behind",
];

/// An item that waits, and what it is.
pub(super) struct Row {
    pub(super) held: HeldBack,
    pub(super) item: Option<Item>,
}

impl Row {
    pub(super) fn amount(&self) -> Option<Money> {
        match &self.item {
            Some(Item::Entry(entry)) => Some(entry.amount),
            _ => None,
        }
    }
}

/// The items, each with what it is.
pub(super) async fn rows(
    visit: &Visit,
    stream: &DeliveryStream,
    held: Vec<HeldBack>,
) -> Result<Vec<Row>, PageError> {
    let items = held.iter().map(|held| item(visit, stream, held.item.seq));
    let items = try_join_all(items).await?;
    let rows = held.into_iter().zip(items);
    Ok(rows.map(|(held, item)| Row { held, item }).collect())
}

/// The rows, with a box to choose each for a decision.
pub(super) fn list(visit: &Visit, rows: &[Row], choose: bool) -> List {
    List {
        columns: COLUMNS,
        rows: rows.iter().map(|it| row(visit, it, choose)).collect(),
    }
}

fn row(visit: &Visit, row: &Row, choose: bool) -> Vec<Cell> {
    let words = visit.words;
    let item = &row.held.item;
    let seq = item.seq.to_string();
    let (what, payment, customer) = match &row.item {
        Some(Item::Entry(entry)) => (
            Cell::Text(words.word("entry", entry.kind.as_str())),
            Some(&entry.payment_id),
            shown::payer(visit, entry.customer_id.as_str()),
        ),
        Some(Item::Alarm(alarm)) => (
            Cell::Link {
                to: format!("/alarms/{}", alarm.seq),
                text: events::title(words, alarm.kind),
            },
            alarm.payment_id.as_ref(),
            String::new(),
        ),
        None => (Cell::Text(String::new()), None, String::new()),
    };
    let mut about = match &what {
        Cell::Text(text) | Cell::Link { text, .. } => text.clone(),
        _ => String::new(),
    };
    if let Some(amount) = row.amount() {
        about = format!("{about}, {}", shown::amount(amount));
    }
    let values = [("number", seq.as_str().into()), ("about", about.into())];
    let first = html! {
        @if choose {
            label {
                input type="checkbox" name="seq" value=(seq) aria-label=(words.with("delivery-choose-one", values));
                " " (seq)
            }
        } @else {
            (seq)
        }
    };
    let payment = payment.map_or_else(
        || String::new().into(),
        |id| Cell::Link {
            to: format!("/payments/{}", segment(id.as_str())),
            text: shown::text(id.as_str()),
        },
    );
    let mut why = failure::text(visit, item.why.as_deref().unwrap_or_default());
    if item.is_held(now()) {
        why = format!("{} {why}", words.get("delivery-held"));
    }
    vec![
        Cell::Markup(first, seq),
        what,
        Cell::Amount(row.amount()),
        payment,
        customer.into(),
        state(visit, &row.held).into(),
        item.attempts.to_string().into(),
        why.into(),
        Cell::Time(Some(item.since)),
        // One that is parked waits for a person, and one behind another for that one.
        Cell::Time(
            Some(item.due_at)
                .filter(|_| item.state == WaitingState::Waiting && row.held.behind.is_none()),
        ),
        row.held
            .behind
            .map(|seq| seq.to_string())
            .unwrap_or_default()
            .into(),
    ]
}

fn state(visit: &Visit, held: &HeldBack) -> String {
    match held
        .behind
        .filter(|_| held.item.state == WaitingState::Waiting)
    {
        Some(first) => visit
            .words
            .with("delivery-state-behind", [("first", first.into())]),
        None => visit.words.word("waiting-state", held.item.state.as_str()),
    }
}
