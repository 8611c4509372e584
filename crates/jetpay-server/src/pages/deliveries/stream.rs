//! One stream: how it stands, and what waits.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{DeliveryStatus, WaitingState};
use maud::{Markup, html};

use super::super::error::PageError;
use super::super::fields::{Fields, href};
use super::super::list::Caption;
use super::super::visit::Visit;
use super::super::{layout, show as shown};
use super::{Found, Named, address, find, items};
use crate::admin::{HeldBack, held_back};
use crate::config::Role;
use crate::deliver::not_delivered;

/// The rows of a page, and the most of a file.
const ROWS: usize = 50;
const MOST: usize = 1000;

/// What the query asks for.
struct Filter {
    parked: bool,
    after: i64,
}

impl Filter {
    fn read(fields: &Fields) -> Result<Self, &'static str> {
        let parked = match fields.get("state") {
            "" => false,
            "parked" => true,
            _ => return Err("delivery-wrong-state"),
        };
        let after = fields.given("after").unwrap_or("0").parse();
        let after = after.map_err(|_| "delivery-wrong-after")?;
        Ok(Self { parked, after })
    }

    fn link(&self, found: &Found, after: i64, format: &str) -> String {
        let number = after.to_string();
        let fields = [
            ("state", if self.parked { "parked" } else { "" }),
            ("after", if after == 0 { "" } else { &number }),
            ("format", format),
        ];
        href(&address(&found.stream), fields)
    }

    fn lets_through(&self, held: &HeldBack) -> bool {
        held.item.seq > self.after && (!self.parked || held.item.state == WaitingState::Parked)
    }
}

pub(super) async fn show(
    visit: Visit,
    path: Named,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let words = visit.words;
    let found = find(&visit, &path.0, &path.1).await?;
    let title = title(&visit, &found);
    let fields = Fields::of_query(&request);
    let filter = match Filter::read(&fields) {
        Ok(filter) => filter,
        Err(problem) => {
            let main = html! {
                p.problem role="alert" { (words.get(problem)) }
                p { a href=(address(&found.stream)) { (words.get("delivery-from-the-start")) } }
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(layout::with_status(&visit, status, &title, &main));
        }
    };
    let ledger = visit.ledger();
    // All of them, as what holds one back can be on an earlier page.
    let waiting = ledger
        .waiting_deliveries(&found.stream, 0, usize::MAX)
        .await?;
    let waiting = held_back(waiting).filter(|held| filter.lets_through(held));
    if fields.get("format") == "csv" {
        let rows = items::rows(&visit, &found.stream, waiting.take(MOST).collect()).await?;
        return Ok(items::list(&visit, &rows, false).csv(&visit, "waiting.csv"));
    }
    let mut waiting: Vec<_> = waiting.take(ROWS + 1).collect();
    let more = waiting.len() > ROWS;
    waiting.truncate(ROWS);
    let last = waiting.last().filter(|_| more);
    let next = last.map(|last| filter.link(&found, last.item.seq, ""));
    let rows = items::rows(&visit, &found.stream, waiting).await?;
    let names = [found.stream.name.clone()];
    let status = ledger.delivery_status(&names).await?;
    let status = status.iter().find(|status| status.stream == found.stream);
    let may = visit.viewer.may(Role::Resolve);
    let csv = filter.link(&found, filter.after, "csv");
    let caption = words.get("delivery-waiting");
    let table = items::list(&visit, &rows, may).table(
        &visit,
        Caption::Unseen(&caption),
        next.as_deref(),
        Some(&csv),
    );
    let main = html! {
        (facts(&visit, &found, status))
        h2 { (caption) }
        p {
            @if filter.parked {
                a href=(address(&found.stream)) { (words.get("delivery-show-all")) }
            } @else {
                a href=(href(&address(&found.stream), [("state", "parked")])) { (words.get("delivery-show-parked")) }
            }
        }
        @if rows.is_empty() {
            p { (words.get("delivery-nothing-waits")) }
        } @else if may {
            form method="get" action=(format!("{}/decide", address(&found.stream))) {
                (table)
                p { button { (words.get("delivery-choose")) } }
            }
        } @else {
            (table)
            p { (words.get("delivery-who-decides")) }
        }
        @if found.is_configured && may && status.is_some() {
            h2 { (words.get("delivery-replay")) }
            p {
                (words.get("delivery-replay-means")) " "
                a href=(format!("{}/replay", address(&found.stream))) { (words.get("delivery-replay-plan")) }
            }
        }
    };
    Ok(layout::page(&visit, &title, &main))
}

/// The title of all pages of a stream.
pub(super) fn title(visit: &Visit, found: &Found) -> String {
    let feed = visit.words.word("feed", found.stream.feed.as_str());
    let values = [
        ("name", shown::text(&found.stream.name).into()),
        ("feed", feed.into()),
    ];
    visit.words.with("delivery-title", values)
}

fn facts(visit: &Visit, found: &Found, status: Option<&DeliveryStatus>) -> Markup {
    let words = visit.words;
    html! {
        @if !found.is_configured { p.state { (words.get("delivery-left-means")) } }
        @match status {
            None => { p.state { (words.get("delivery-not-begun")) } }
            Some(status) => {
                dl.facts {
                    dt { (words.get("delivery-col-lag")) } dd { (not_delivered(status)) }
                    dt { (words.get("delivery-col-waiting")) } dd { (status.waiting) }
                    dt { (words.get("delivery-col-parked")) } dd { (status.parked) }
                    @if let Some(oldest) = status.oldest {
                        dt { (words.get("delivery-col-oldest")) } dd { (shown::time(visit, oldest)) }
                    }
                    dt { (words.get("delivery-col-cursor")) } dd { (status.cursor) }
                    dt { (words.get("delivery-col-last")) } dd { (status.last) }
                }
            }
        }
    }
}
