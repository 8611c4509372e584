//! How each stream stands: those of the configuration, those that only the store has, and mail.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{DeliveryStatus, Feed};
use maud::html;

use super::super::error::PageError;
use super::super::fields::Fields;
use super::super::list::{Cell, List};
use super::super::visit::Visit;
use super::super::{layout, show as shown};
use super::address;
use crate::admin::{KnownStream, streams};
use crate::deliver::not_delivered;
use crate::mail;

const COLUMNS: &[&str] = &[
    "delivery-col-endpoint",
    "delivery-col-feed",
    "delivery-col-where",
    "delivery-col-lag",
    "delivery-col-waiting",
    "delivery-col-parked",
    "delivery-col-oldest",
    "delivery-col-cursor",
    "delivery-col-last",
];

pub(super) async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let title = words.get("nav-deliveries");
    let admin = &visit.pages.admin;
    let known = streams(admin).await?;
    let mut rows: Vec<_> = known.iter().map(|known| row(&visit, known)).collect();
    let mailed = [mail::STREAM.to_owned()];
    for status in admin.ledger.delivery_status(&mailed).await? {
        let mut row = vec![
            words.get("delivery-mail").into(),
            words.word("feed", Feed::Alarms.as_str()).into(),
            words.get("delivery-mail-where").into(),
        ];
        row.extend(numbers(Some(&status)));
        rows.push(row);
    }
    let list = List {
        columns: COLUMNS,
        rows,
    };
    if Fields::of_query(&request).get("format") == "csv" {
        return Ok(list.csv(&visit, "deliveries.csv"));
    }
    let main = html! {
        p { (words.get("delivery-intro")) }
        @if list.rows.is_empty() {
            p { (words.get("delivery-none")) }
        } @else {
            (list.table(&visit, &words.get("delivery-streams"), None, Some("/deliveries?format=csv")))
        }
        @if known.iter().any(|known| known.endpoint.is_none()) { p { (words.get("delivery-left-means")) } }
    };
    Ok(layout::with_status(&visit, StatusCode::OK, &title, &main))
}

fn row(visit: &Visit, known: &KnownStream<'_>) -> Vec<Cell> {
    let words = visit.words;
    let place = match known.endpoint {
        Some(endpoint) => format!("{} {}", endpoint.kind, shown::text(&endpoint.url)),
        None => words.get("delivery-left"),
    };
    let mut row = vec![
        Cell::Link {
            to: address(&known.stream),
            text: shown::text(&known.stream.name),
        },
        words.word("feed", known.stream.feed.as_str()).into(),
        place.into(),
    ];
    row.extend(numbers(known.status.as_ref()));
    row
}

/// How far a stream is. One that no server has begun has no numbers.
fn numbers(status: Option<&DeliveryStatus>) -> [Cell; 6] {
    let number = |of: fn(&DeliveryStatus) -> i64| {
        let number = status.map(|status| of(status).to_string());
        Cell::Text(number.unwrap_or_default())
    };
    [
        number(not_delivered),
        number(|status| status.waiting),
        number(|status| status.parked),
        Cell::Time(status.and_then(|status| status.oldest)),
        number(|status| status.cursor),
        number(|status| status.last),
    ]
}
