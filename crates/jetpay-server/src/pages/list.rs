//! A list: one model, shown as a table, on a phone as cards, and as CSV.

use std::iter;

use actix_web::HttpResponse;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use jetpay_billing::amount;
use jetpay_core::Money;
use jetpay_ledger::Millis;
use maud::{Markup, html};

use super::locale::Lang;
use super::show::{self, Reader};
use super::visit::Visit;
use crate::text::{BOM, csv_cell};

/// The columns of amounts. In CSV each is a number, with its currency in a column beside it, also when the list is empty.
const AMOUNTS: [&str; 10] = [
    "alarm-amount",
    "delivery-col-amount",
    "difference-col-amount",
    "inbox-amount",
    "payout-col-amount",
    "search-amount",
    "search-balance",
    "today-in",
    "today-back",
    "today-corrected",
];

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

/// The name of a table.
#[derive(Clone, Copy)]
pub(super) enum Caption<'t> {
    Seen(&'t str),
    /// A heading above the table says the same: the name is for those who hear tables, not headings.
    Unseen(&'t str),
}

impl<'t> From<&'t str> for Caption<'t> {
    fn from(text: &'t str) -> Self {
        Self::Seen(text)
    }
}

impl<'t> From<&'t String> for Caption<'t> {
    fn from(text: &'t String) -> Self {
        Self::Seen(text)
    }
}

/// A list with a heading for each column: the ids of messages.
pub(super) struct List {
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Cell>>,
}

impl List {
    /// The table; below it the link to the next page, and to the same as CSV. A list without rows says that it is empty.
    pub(super) fn table<'t>(
        &self,
        visit: &Visit,
        caption: impl Into<Caption<'t>>,
        next: Option<&str>,
        csv: Option<&str>,
    ) -> Markup {
        let (words, caption) = (visit.words, caption.into());
        let (Caption::Seen(name) | Caption::Unseen(name)) = caption;
        html! {
            @if self.rows.is_empty() {
                p.empty { (words.with("list-empty", [("list", name.into())])) }
            } @else {
                (self.rows(visit.into(), caption))
            }
            @if next.is_some() || csv.is_some() {
                p.more {
                    @if let Some(next) = next { a rel="next" href=(next) { (words.get("list-next")) } " " }
                    @if let Some(csv) = csv { a href=(csv) download { (words.get("list-csv")) } }
                }
            }
        }
    }

    /// The table. As cards it is no table for a browser any more: the roles say that it is one.
    fn rows(&self, reader: Reader<'_>, caption: Caption<'_>) -> Markup {
        let headings: Vec<_> = self.columns.iter().map(|id| reader.words.get(id)).collect();
        html! {
            table role="table" {
                @match caption {
                    Caption::Seen(name) => { caption { (name) } },
                    Caption::Unseen(name) => { caption { span.unseen { (name) } } },
                }
                thead role="rowgroup" {
                    tr role="row" { @for heading in &headings { th scope="col" role="columnheader" { (heading) } } }
                }
                tbody role="rowgroup" {
                    @for row in &self.rows {
                        tr role="row" {
                            @for (cell, heading) in row.iter().zip(&headings) {
                                td role="cell" data-label=(heading) { (markup(reader, cell)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The same as a CSV file with this name.
    pub(super) fn csv(&self, visit: &Visit, name: &str) -> HttpResponse {
        let disposition = ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::Filename(file_name(name))],
        };
        HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header(disposition)
            .body(self.file(visit.into()))
    }

    /// The file. Spreadsheets take headings in Russian and Kazakh for UTF-8 only after a mark, and with these languages expect
    /// semicolons: a comma is their decimal point.
    fn file(&self, reader: Reader<'_>) -> Vec<u8> {
        let delimiter = if has_decimal_comma(reader) {
            b';'
        } else {
            b','
        };
        let mut file = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .from_writer(BOM.to_vec());
        // A writer into memory fails only if rows differ in length, which leaves out the row.
        let _ = file.write_record(self.columns.iter().flat_map(|id| csv_headings(reader, id)));
        for row in &self.rows {
            let cells = row.iter().zip(self.columns);
            let _ = file.write_record(cells.flat_map(|(cell, id)| csv_cells(reader, cell, id)));
        }
        file.into_inner().unwrap_or_default()
    }
}

fn markup(reader: Reader<'_>, cell: &Cell) -> Markup {
    html! {
        @match cell {
            Cell::Text(text) => { (show::apart(text)) },
            Cell::Link { to, text } => { a href=(to) { (show::apart(text)) } },
            Cell::Amount(amount) => { @if let Some(amount) = amount { span.amount { (show::amount(*amount)) } } },
            Cell::Time(time) => { @if let Some(time) = time { (show::time_for(reader, *time)) } },
            Cell::Markup(markup, _) => { (markup) },
        }
    }
}

fn has_decimal_comma(reader: Reader<'_>) -> bool {
    match reader.words.0 {
        Lang::English => false,
        Lang::Russian | Lang::Kazakh => true,
    }
}

/// The heading of a column, and of the currencies beside it.
fn csv_headings(reader: Reader<'_>, id: &str) -> impl Iterator<Item = String> {
    let heading = reader.words.get(id);
    let currency = AMOUNTS.contains(&id).then(|| {
        let column = ("column", heading.as_str().into());
        reader.words.with("list-currency", [column])
    });
    iter::once(heading).chain(currency)
}

/// What a cell says in its column, and the currency beside it.
fn csv_cells(reader: Reader<'_>, cell: &Cell, id: &str) -> impl Iterator<Item = String> {
    let has_currency = AMOUNTS.contains(&id);
    let (text, currency) = match cell {
        Cell::Amount(amount) => {
            debug_assert!(has_currency, "{id} is no column of amounts");
            amount.map(|it| decimal(reader, it)).unwrap_or_default()
        }
        Cell::Text(text) | Cell::Link { text, .. } | Cell::Markup(_, text) => {
            (plain(text), String::new())
        }
        Cell::Time(time) => {
            let time = time.map(|time| show::time_text_for(reader, time));
            (time.unwrap_or_default(), String::new())
        }
    };
    iter::once(text).chain(has_currency.then_some(currency))
}

/// An amount as a number that a spreadsheet of this language can add up, and its currency.
fn decimal(reader: Reader<'_>, money: Money) -> (String, String) {
    let currency = money.currency();
    match amount::to_text(money) {
        Ok(number) if has_decimal_comma(reader) => (number.replace('.', ","), currency.to_string()),
        Ok(number) => (number, currency.to_string()),
        // How many digits it has is not known.
        Err(_) => (money.minor().to_string(), format!("minor {currency}")),
    }
}

/// A text that no spreadsheet takes for a formula. A number is none, also a negative one.
fn plain(text: &str) -> String {
    let number = text.strip_prefix('-').unwrap_or(text);
    let is_number =
        !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    if is_number {
        text.to_owned()
    } else {
        csv_cell(text)
    }
}

/// A name that every system takes for a file.
fn file_name(name: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    let name = name.strip_suffix(".csv").unwrap_or(name);
    let name: String = name
        .chars()
        .map(|it| if plain(it) { it } else { '-' })
        .take(80)
        .collect();
    format!("{name}.csv")
}

#[cfg(test)]
mod tests {
    use jetpay_core::Currency;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::pages::locale::Words;

    const COLUMNS: &[&str] = &["alarm-amount", "nav-today"];
    static UTC: TimeZone = TimeZone::UTC;

    fn reader(lang: Lang) -> Reader<'static> {
        Reader {
            words: Words(lang),
            zone: &UTC,
            zone_name: "UTC",
        }
    }

    fn list(cells: Vec<Cell>) -> List {
        let rows = cells
            .into_iter()
            .map(|cell| vec![cell, Cell::Text("b".to_owned())])
            .collect();
        List {
            columns: COLUMNS,
            rows,
        }
    }

    fn csv(lang: Lang, cells: Vec<Cell>) -> String {
        let file = list(cells).file(reader(lang));
        String::from_utf8(file).unwrap()
    }

    #[test]
    fn table_has_a_caption_headings_and_a_label_for_each_cell_of_a_card() {
        let link = Cell::Link {
            to: "/payments/a%2Fb".to_owned(),
            text: "<a\">".to_owned(),
        };
        let html = list(vec![link])
            .rows(reader(Lang::English), Caption::Seen("Open <1>"))
            .into_string();
        for part in [
            "<caption>Open &lt;1&gt;</caption>",
            "<th scope=\"col\" role=\"columnheader\">Amount</th>",
            "<td role=\"cell\" data-label=\"Amount\"><a href=\"/payments/a%2Fb\"><bdi>&lt;a&quot;&gt;</bdi></a></td>",
            "<td role=\"cell\" data-label=\"Today\"><bdi>b</bdi></td>",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
    }

    #[test]
    fn text_that_a_spreadsheet_could_carry_out_is_marked_and_numbers_stay_numbers() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+77011234567", "'+77011234567"),
            ("-cmd", "'-cmd"),
            ("-1+1", "'-1+1"),
            ("@a", "'@a"),
            (" =1", "' =1"),
            ("\"=1", "'\"=1"),
            ("''=1", "'''=1"),
            ("\t=1", r"'\t=1"),
            ("\r=1", r"'\r=1"),
            ("-1", "-1"),
            ("-10.50", "-10.50"),
            ("100", "100"),
            ("a=1", "a=1"),
            ("-", "'-"),
            ("", ""),
        ] {
            assert_eq!(plain(text), cell, "{text:?}");
        }
        let hostile = csv(Lang::English, vec![Cell::Text("=1,\"\n2".to_owned())]);
        assert!(hostile.contains("\n\"'=1,\"\"\\n2\",,b\n"), "{hostile:?}");
    }

    #[test]
    fn spreadsheet_reads_headings_times_and_numbers_with_their_currency_beside_them() {
        let amount = |minor, currency| Cell::Amount(Some(Money::new(minor, currency)));
        let cells = || {
            vec![
                amount(123_456, Currency::KZT),
                amount(-5, Currency::KZT),
                amount(1_234_567, Currency::parse("JPY").unwrap()),
                amount(i64::MIN, Currency::parse("XXX").unwrap()),
                Cell::Time(Some(Millis(1_796_123_109_123))),
                Cell::Amount(None),
                Cell::Time(None),
            ]
        };
        assert_eq!(
            csv(Lang::English, cells()),
            "\u{feff}Amount,\"Amount, currency\",Today\n1234.56,KZT,b\n-0.05,KZT,b\n1234567,JPY,b\n\
             -9223372036854775808,minor XXX,b\n2026-12-01T11:05:09+00:00,,b\n,,b\n,,b\n"
        );
        assert_eq!(
            csv(Lang::Russian, cells()),
            "\u{feff}Сумма;Сумма, валюта;Сегодня\n1234,56;KZT;b\n-0,05;KZT;b\n1234567;JPY;b\n\
             -9223372036854775808;minor XXX;b\n2026-12-01T11:05:09+00:00;;b\n;;b\n;;b\n"
        );
        let empty = csv(Lang::Kazakh, Vec::new());
        assert_eq!(empty, "\u{feff}Сома;Сома, валюта;Бүгін\n");
    }

    #[test]
    fn name_of_the_file_is_plain_whatever_was_searched_for() {
        for (name, expected) in [
            ("alarms", "alarms.csv"),
            ("alarms.csv", "alarms.csv"),
            ("a/../\"b\r\nx: y", "a-..--b--x--y.csv"),
            ("төлем", "-----.csv"),
        ] {
            assert_eq!(file_name(name), expected);
        }
        assert_eq!(file_name(&"x".repeat(40_000)).len(), 84);
    }
}
