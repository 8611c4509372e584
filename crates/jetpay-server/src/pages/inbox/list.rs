//! The list of waiting callbacks.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::Unmatched;
use maud::{Markup, html};

use super::callback::Said;
use super::filter::{AGES, Filter};
use crate::environment::now;
use crate::pages::error::PageError;
use crate::pages::fields::{Fields, segment};
use crate::pages::length::age;
use crate::pages::list::{Cell, List};
use crate::pages::visit::Visit;
use crate::pages::{layout, show};

/// How many rows a page has, and a CSV file.
const PAGE: usize = 50;
const MOST: usize = 1000;

const COLUMNS: &[&str] = &[
    "inbox-payment",
    "inbox-what",
    "inbox-amount",
    "inbox-method",
    "inbox-account",
    "inbox-age",
];

pub(super) async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let (fields, words) = (Fields::of_query(&request), visit.words);
    let read = Filter::read(words, &fields, visit.pages.admin.currency);
    let (filter, problem) = match read {
        Ok(filter) => (filter, None),
        Err(problem) => (Filter::default(), Some(problem)),
    };
    let is_csv = fields.get("format") == "csv" && problem.is_none();
    let limit = if is_csv { MOST } else { PAGE };
    let asked = filter.of_ledger(limit + 1, now());
    let mut waiting = visit.ledger().filtered_inbox(asked).await?;
    let more = waiting.len() > limit;
    waiting.truncate(limit);
    let rows = List {
        columns: COLUMNS,
        rows: waiting.iter().map(|one| row(&visit, one)).collect(),
    };
    if is_csv {
        return Ok(rows.csv(&visit, "inbox.csv"));
    }
    let last = waiting.last().filter(|_| more);
    let next = last.map(|last| Filter {
        from: Some(last.seq),
        ..filter.clone()
    });
    let next = next.map(|next| next.href(""));
    let whole = Filter {
        from: None,
        ..filter.clone()
    };
    let csv = whole.href("csv");
    let main = html! {
        @if let Some(problem) = &problem { p.problem role="alert" { (problem) } }
        p { (words.get("inbox-about")) }
        (filters(&visit, &filter))
        @if waiting.is_empty() {
            p { (words.get("inbox-empty")) }
        } @else {
            (rows.table(&visit, &words.get("inbox-list"), next.as_deref(), Some(&csv)))
        }
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    Ok(layout::with_status(
        &visit,
        status,
        &words.get("nav-inbox"),
        &main,
    ))
}

fn row(visit: &Visit, waiting: &Unmatched) -> Vec<Cell> {
    let words = visit.words;
    let said = Said::of(&waiting.body);
    let age = html! {
        time datetime=(waiting.received_at) { (age(words, waiting.received_at, now())) }
    };
    let method = match said.method.as_str() {
        "" => String::new(),
        method => words.word("method", method),
    };
    vec![
        Cell::Link {
            to: format!("/inbox/{}", segment(waiting.payment_id.as_str())),
            text: show::text(waiting.payment_id.as_str()),
        },
        what(visit, waiting).into(),
        Cell::Amount(waiting.amount),
        method.into(),
        payer(visit, &said.account).into(),
        Cell::Markup(age, show::time_text(visit, waiting.received_at)),
    ]
}

/// What a callback says: the type and the status of its operation, or the status of the payment.
pub(super) fn what(visit: &Visit, waiting: &Unmatched) -> String {
    let words = visit.words;
    let kind = waiting.operation_type.as_ref();
    let kind = kind.map(|kind| words.word("operation-type", kind.as_str()));
    let status = waiting.operation_status.as_ref();
    let status = status.map_or(waiting.payment_status.as_str(), |status| status.as_str());
    let status = words.word("status", status);
    kind.map_or(status.clone(), |kind| format!("{kind}: {status}"))
}

/// A payer's word by the viewer's role; empty if there is none.
pub(super) fn payer(visit: &Visit, word: &str) -> String {
    if word.is_empty() {
        String::new()
    } else {
        show::payer(visit, word)
    }
}

fn filters(visit: &Visit, filter: &Filter) -> Markup {
    let words = visit.words;
    let currency = visit.pages.admin.currency.code().to_owned();
    html! {
        form.filters method="get" action="/inbox" {
            p {
                label for="order" { (words.get("work-order")) }
                select #order name="order" {
                    @for (word, is_set) in [("oldest", !filter.newest_first), ("newest", filter.newest_first)] {
                        option value=(word) selected[is_set] { (words.word("work-order", word)) }
                    }
                }
            }
            p {
                label for="age" { (words.get("inbox-waits")) }
                select #age name="age" {
                    @for (place, (word, _)) in AGES.iter().enumerate() {
                        option value=(word) selected[place == filter.age] { (words.word("inbox-age", word)) }
                    }
                }
            }
            p {
                label for="amount" { (words.with("work-amount", [("currency", currency.into())])) }
                input #amount name="amount" inputmode="decimal" autocomplete="off" value=(filter.amount_text);
            }
            p { button { (words.get("work-show")) } }
        }
    }
}
