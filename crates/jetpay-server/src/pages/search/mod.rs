//! `/`: one box that finds all that has a word, and the newest payments. `/payments/{payment_id}/customer`: what else the
//! payment's customer has.

mod customers;
mod filter;
mod form;
mod found;
mod hits;

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::id::CustomerId;
use jetpay_ledger::{MatchedWord, SearchPosition};
use maud::{Markup, html};

use super::error::PageError;
use super::fields::{Fields, href, id_of, segment};
use super::layout;
use super::show;
use super::visit::Visit;
use crate::search::{self, WrongWord};
use customers::Customers;
use filter::Filter;
use found::{Found, Source};

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config.route("/", web::get().to(front)).route(
        "/payments/{payment_id}/customer",
        web::get().to(of_customer),
    );
}

/// How many rows a page has.
const PAGE: usize = 50;
/// How many a CSV file has.
const CSV: usize = 1000;

/// What a page lists, and the query with which it was asked for.
struct List<'a> {
    visit: &'a Visit,
    path: &'a str,
    title: String,
    fields: &'a Fields,
    source: Source<'a>,
}

async fn front(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let fields = &Fields::of_query(&request);
    let source = match search::word(fields.get("q")) {
        Ok(word) => Ok(Source::Word(word)),
        Err(WrongWord::Empty) => Ok(Source::Newest),
        Err(WrongWord::TooLong) => Err("search-too-long"),
        Err(WrongWord::Control) => Err("search-control"),
    };
    let list = List {
        visit: &visit,
        path: "/",
        title: visit.words.get("nav-search"),
        fields,
        source: source.unwrap_or(Source::Newest),
    };
    match source {
        Ok(_) => list.answer().await,
        Err(wrong) => Ok(list.refused(&visit.words.get(wrong))),
    }
}

async fn of_customer(
    visit: Visit,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let (ledger, path) = (visit.ledger(), id_of(&path));
    let (id, shown) = if let Some(payment) = ledger.payment(path).await? {
        let shown = show::payer(&visit, payment.customer_id.as_str());
        (payment.customer_id, shown)
    } else {
        let payout = ledger.payout(path).await?;
        let payout = payout.ok_or(PageError::NotFound("search-no-such-payment"))?;
        let shown = show::payee(&visit, payout.customer_id.as_str());
        (payout.customer_id, shown)
    };
    let list = List {
        visit: &visit,
        path: &format!("/payments/{}/customer", segment(path)),
        title: (visit.words).with("search-of-customer", [("customer", shown.into())]),
        fields: &Fields::of_query(&request),
        source: Source::Customer(&id),
    };
    list.answer().await
}

impl List<'_> {
    async fn answer(&self) -> Result<HttpResponse, PageError> {
        let filter = match Filter::read(self.visit, self.fields) {
            Ok(filter) => filter,
            Err(wrong) => return Ok(self.refused(&wrong)),
        };
        let Ok(before) = self.before() else {
            return Ok(self.refused(&self.visit.words.get("search-wrong-place")));
        };
        let is_csv = self.fields.get("format") == "csv";
        let is_first = before.is_none();
        let most = if is_csv { CSV } else { PAGE };
        let found = Found::read(self.visit.ledger(), self.source, &filter, before, most).await?;
        if is_csv && !filter.is_of_customers() {
            let list = hits::list(self.visit, self.source, &found.hits);
            return Ok(list.csv(self.visit, "payments.csv"));
        }
        let customers = self.customers(&found, &filter, is_first);
        let customers = Customers::read(self.visit, customers, found.more_customers).await?;
        if is_csv {
            return Ok(customers.csv(self.visit));
        }
        let meaning = hits::meaning(self.visit, &found.hits).await?;
        let main = html! {
            (form::form(self.visit, self.path, self.fields, self.source))
            @if is_first && !filter.is_any() && self.source == Source::Newest { (form::waits(self.visit)) }
            (customers.table(self.visit, &self.customers_csv()))
            @if let Some(meaning) = meaning { p { (meaning) } }
            (self.results(&found, &filter, is_first))
        };
        Ok(layout::page(self.visit, &self.title, &main))
    }

    /// The place that the query names.
    fn before(&self) -> Result<Option<SearchPosition>, ()> {
        let Some(text) = self.fields.given("before") else {
            return Ok(None);
        };
        let at = search::position(text).filter(found::is_timed);
        at.map(Some).ok_or(())
    }

    /// The customers on the first page, and by which words each was found.
    fn customers(
        &self,
        found: &Found,
        filter: &Filter,
        is_first: bool,
    ) -> Vec<(CustomerId, Vec<MatchedWord>)> {
        match self.source {
            Source::Customer(id) if is_first && filter.lets_customers_through() => {
                vec![(id.clone(), Vec::new())]
            }
            _ => found.customers(),
        }
    }

    /// The table of hits, or why there is none.
    fn results(&self, found: &Found, filter: &Filter, is_first: bool) -> Markup {
        let words = self.visit.words;
        let next = found.next.as_ref().map(|at| {
            let at = search::place(at);
            self.href(&[("before", &at)])
        });
        if found.hits.is_empty() {
            let has_customers = !found.customers.is_empty();
            return html! {
                @if let Some(next) = &next {
                    p { (words.get("search-nothing-yet")) }
                    p.more { a rel="next" href=(next) { (words.get("search-further")) } }
                } @else if !is_first {
                    p { (words.get("search-no-more")) }
                } @else if filter.is_any() && !has_customers {
                    p { (words.get("search-filtered-out")) }
                } @else if !has_customers {
                    (form::nothing(self.visit, self.source))
                }
            };
        }
        let caption = match self.source {
            Source::Newest => words.get("search-newest"),
            Source::Word(word) => words.with("search-found", [("word", show::text(word).into())]),
            Source::Customer(_) => words.get("search-payments"),
        };
        let csv = self.href(&[("format", "csv")]);
        let (after, further) = if found.gave_up {
            (None, next.as_deref())
        } else {
            (next.as_deref(), None)
        };
        html! {
            (hits::list(self.visit, self.source, &found.hits).table(self.visit, &caption, after, Some(&csv)))
            @if let Some(further) = further {
                p.more { a rel="next" href=(further) { (words.get("search-further")) } }
            }
        }
    }

    /// This page with the filters, and these fields.
    fn href(&self, more: &[(&str, &str)]) -> String {
        let kept = ["q", "kind", "state", "from", "to"].map(|name| (name, self.fields.get(name)));
        href(self.path, kept.into_iter().chain(more.iter().copied()))
    }

    fn customers_csv(&self) -> String {
        let word = ("q", self.fields.get("q"));
        href(self.path, [word, ("kind", "customer"), ("format", "csv")])
    }

    /// The page without a list: the query cannot be read.
    fn refused(&self, problem: &str) -> HttpResponse {
        let main = html! {
            p.problem role="alert" { (problem) }
            (form::tries(self.visit, self.fields.get("q")).unwrap_or_default())
            (form::form(self.visit, self.path, self.fields, self.source))
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        layout::with_status(self.visit, status, &self.title, &main)
    }
}
