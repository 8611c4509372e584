//! `/`: one box that finds all that has a word, and the newest payments. `/payments/{payment_id}/customer`: what else the
//! payment's customer has.

mod customers;
mod filter;
mod form;
mod found;
mod hits;
mod results;

use actix_web::http::StatusCode;
use actix_web::web::{self, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_core::id::CustomerId;
use jetpay_ledger::{Error, MatchedWord, SearchPosition};
use maud::html;

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
    async fn answer(self) -> Result<HttpResponse, PageError> {
        let visit = self.visit;
        let filter = match Filter::read(visit, self.fields) {
            Ok(filter) => filter,
            Err(wrong) => return Ok(self.refused(&wrong)),
        };
        let Ok(before) = self.before() else {
            return Ok(self.refused(&visit.words.get("search-wrong-place")));
        };
        let is_csv = self.fields.get("format") == "csv";
        let is_first = before.is_none();
        let most = if is_csv { CSV } else { PAGE };
        let (found, other) = self.found(&filter, before, most).await?;
        let typed = self.source;
        let list = List {
            source: other.as_deref().map_or(typed, Source::Word),
            ..self
        };
        if is_csv && !filter.is_of_customers() {
            let file = hits::file(visit, &found.hits).await?;
            return Ok(file.csv(visit, "payments.csv"));
        }
        let customers = list.customers(&found, &filter, is_first);
        let customers = Customers::read(visit, customers, found.more_customers).await?;
        if is_csv {
            return Ok(customers.csv(visit));
        }
        let meaning = hits::meaning(visit, &found.hits).await?;
        let results = results::results(&list, &found, &filter, is_first).await?;
        let is_plain = is_first && !filter.is_any() && list.source == Source::Newest;
        let main = html! {
            (form::form(visit, list.path, list.fields, typed))
            @if is_plain { (form::waits(visit)) }
            @if let Some(other) = &other { (form::instead(visit, typed, other)) }
            (customers.table(visit, &list.customers_csv()))
            @if let Some(meaning) = meaning { p { (meaning) } }
            (results)
        };
        Ok(layout::page(visit, &list.title, &main))
    }

    /// What the page lists; and the other word that it was found by, when nothing has the typed one.
    async fn found(
        &self,
        filter: &Filter,
        before: Option<SearchPosition>,
        most: usize,
    ) -> Result<(Found, Option<String>), Error> {
        let ledger = self.visit.ledger();
        let is_first = before.is_none();
        let found = Found::read(ledger, self.source, filter, before, most).await?;
        let Source::Word(word) = self.source else {
            return Ok((found, None));
        };
        let is_elsewhere = !is_first || !found.is_empty();
        if is_elsewhere || filter.is_any() && search::is_known(ledger, word).await? {
            return Ok((found, None));
        }
        let Some(other) = search::instead(ledger, word).await? else {
            return Ok((found, None));
        };
        let found = Found::read(ledger, Source::Word(&other), filter, None, most).await?;
        Ok((found, Some(other)))
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

    /// The word that is searched for.
    fn word(&self) -> &str {
        match self.source {
            Source::Word(word) => word,
            Source::Newest | Source::Customer(_) => "",
        }
    }

    /// This page with the filters, and these fields.
    fn href(&self, more: &[(&str, &str)]) -> String {
        let filters = ["kind", "state", "from", "to"].map(|name| (name, self.fields.get(name)));
        let kept = [("q", self.word())].into_iter().chain(filters);
        href(self.path, kept.chain(more.iter().copied()))
    }

    fn customers_csv(&self) -> String {
        let word = ("q", self.word());
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
