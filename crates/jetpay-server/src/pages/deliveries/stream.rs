//! One stream: how it stands, and what waits.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::try_join_all;
use jetpay_ledger::{DeliveryStatus, DeliveryStream, Error, Ledger, Waiting, WaitingState};
use maud::{Markup, html};

use super::super::error::PageError;
use super::super::fields::{Fields, href};
use super::super::list::Caption;
use super::super::visit::Visit;
use super::super::{layout, show as shown};
use super::{Found, Named, address, find, items};
use crate::admin::HeldBack;
use crate::config::Role;
use crate::deliver::not_delivered;

/// The rows of a page, and the most of a file.
const ROWS: usize = 50;
const MOST: usize = 1000;
/// So many items are read at a time.
const PART: usize = 200;

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

    fn lets_through(&self, item: &Waiting) -> bool {
        !self.parked || item.state == WaitingState::Parked
    }

    /// At most so many items, in their order, each with the one that holds it back. Very many can wait: they are read in parts.
    async fn waiting(
        &self,
        ledger: &Ledger,
        stream: &DeliveryStream,
        limit: usize,
    ) -> Result<Vec<HeldBack>, Error> {
        let (mut found, mut after) = (Vec::new(), self.after);
        while found.len() < limit {
            let part = ledger.waiting_deliveries(stream, after, PART).await?;
            let Some(last) = part.last() else { break };
            after = last.seq;
            found.extend(part.into_iter().filter(|item| self.lets_through(item)));
        }
        found.truncate(limit);
        let firsts = found
            .iter()
            .map(|item| ledger.first_waiting(stream, &item.lane));
        let firsts = try_join_all(firsts).await?;
        let held = found.into_iter().zip(firsts).map(|(item, first)| HeldBack {
            behind: first.filter(|first| *first < item.seq),
            item,
        });
        Ok(held.collect())
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
    let (ledger, stream) = (visit.ledger(), &found.stream);
    if fields.get("format") == "csv" {
        let waiting = filter.waiting(ledger, stream, MOST).await?;
        let rows = items::rows(&visit, stream, waiting).await?;
        return Ok(items::list(&visit, &rows, false).csv(&visit, "waiting.csv"));
    }
    let mut waiting = filter.waiting(ledger, stream, ROWS + 1).await?;
    let more = waiting.len() > ROWS;
    waiting.truncate(ROWS);
    let last = waiting.last().filter(|_| more);
    let next = last.map(|last| filter.link(&found, last.item.seq, ""));
    let rows = items::rows(&visit, stream, waiting).await?;
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
