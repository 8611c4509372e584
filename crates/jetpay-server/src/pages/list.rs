//! A list: one model, shown as a table, on a phone as cards, and as CSV.

use actix_web::HttpResponse;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use jetpay_core::Money;
use jetpay_ledger::Millis;
use maud::{Markup, html};

use super::show;
use super::visit::Visit;

/// What one cell says.
pub(super) enum Cell {
    /// A text of this program, or one that went through [`show`].
    Text(String),
    /// A text that leads somewhere.
    Link {
        to: String,
        text: String,
    },
    Amount(Option<Money>),
    Time(Option<Millis>),
    /// Markup, such as a form, and what CSV has in its place.
    Markup(Markup, String),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A list with a heading for each column: the ids of messages.
pub(super) struct List {
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Cell>>,
}

impl List {
    /// The table; below it the link to the next page, and to the same as CSV.
    pub(super) fn table(
        &self,
        visit: &Visit,
        caption: &str,
        next: Option<&str>,
        csv: Option<&str>,
    ) -> Markup {
        let words = visit.words;
        let headings: Vec<_> = self.columns.iter().map(|id| words.get(id)).collect();
        html! {
            table {
                caption { (caption) }
                thead { tr { @for heading in &headings { th scope="col" { (heading) } } } }
                tbody {
                    @for row in &self.rows {
                        tr {
                            @for (cell, heading) in row.iter().zip(&headings) {
                                td data-label=(heading) { (markup(visit, cell)) }
                            }
                        }
                    }
                }
            }
            @if next.is_some() || csv.is_some() {
                p.more {
                    @if let Some(next) = next { a rel="next" href=(next) { (words.get("list-next")) } " " }
                    @if let Some(csv) = csv { a href=(csv) download { (words.get("list-csv")) } }
                }
            }
        }
    }

    /// The same as a CSV file with this name.
    pub(super) fn csv(&self, visit: &Visit, name: &str) -> HttpResponse {
        let mut file = csv::Writer::from_writer(Vec::new());
        let headings = self.columns.iter().map(|id| visit.words.get(id));
        let _ = file.write_record(headings);
        for row in &self.rows {
            let _ = file.write_record(row.iter().map(|cell| plain(&csv_text(visit, cell))));
        }
        let body = file.into_inner().unwrap_or_default();
        let disposition = ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::Filename(name.to_owned())],
        };
        HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header(disposition)
            .body(body)
    }
}

fn markup(visit: &Visit, cell: &Cell) -> Markup {
    html! {
        @match cell {
            Cell::Text(text) => { bdi { (text) } },
            Cell::Link { to, text } => { a href=(to) { bdi { (text) } } },
            Cell::Amount(amount) => { @if let Some(amount) = amount { span.amount { (show::amount(*amount)) } } },
            Cell::Time(time) => { @if let Some(time) = time { (show::time(visit, *time)) } },
            Cell::Markup(markup, _) => { (markup) },
        }
    }
}

fn csv_text(visit: &Visit, cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Link { text, .. } | Cell::Markup(_, text) => text.clone(),
        Cell::Amount(amount) => amount.map(show::amount).unwrap_or_default(),
        Cell::Time(time) => time
            .map(|time| show::time_text(visit, time))
            .unwrap_or_default(),
    }
}

/// A text that no spreadsheet takes for a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err() {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
