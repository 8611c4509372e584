//! A list: one model, shown as a table, on a phone as cards, and as CSV.

use actix_web::HttpResponse;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use jetpay_core::Money;
use jetpay_ledger::Millis;
use maud::{Markup, html};

use super::locale::Lang;
use super::show::{self, Reader};
use super::visit::Visit;
use crate::text::{BOM, csv_cell};

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
    /// The table; below it the link to the next page, and to the same as CSV. A list without rows says that it is empty.
    pub(super) fn table(
        &self,
        visit: &Visit,
        caption: &str,
        next: Option<&str>,
        csv: Option<&str>,
    ) -> Markup {
        let words = visit.words;
        html! {
            @if self.rows.is_empty() {
                p.empty { (words.with("list-empty", [("list", caption.into())])) }
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
    fn rows(&self, reader: Reader<'_>, caption: &str) -> Markup {
        let headings: Vec<_> = self.columns.iter().map(|id| reader.words.get(id)).collect();
        html! {
            table role="table" {
                caption { (caption) }
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
        let delimiter = match reader.words.0 {
            Lang::English => b',',
            Lang::Russian | Lang::Kazakh => b';',
        };
        let mut file = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .from_writer(BOM.to_vec());
        // A writer into memory fails only if rows differ in length, which leaves out the row.
        let _ = file.write_record(self.columns.iter().map(|id| reader.words.get(id)));
        for row in &self.rows {
            let _ = file.write_record(row.iter().map(|cell| plain(&csv_text(reader, cell))));
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

fn csv_text(reader: Reader<'_>, cell: &Cell) -> String {
    match cell {
        Cell::Text(text) | Cell::Link { text, .. } | Cell::Markup(_, text) => text.clone(),
        Cell::Amount(amount) => amount.map(show::amount).unwrap_or_default(),
        Cell::Time(time) => time
            .map(|time| show::time_text_for(reader, time))
            .unwrap_or_default(),
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

    const COLUMNS: &[&str] = &["nav-alarms", "nav-today"];
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
            .rows(reader(Lang::English), "Open <1>")
            .into_string();
        for part in [
            "<caption>Open &lt;1&gt;</caption>",
            "<th scope=\"col\" role=\"columnheader\">Alarms</th>",
            "<td role=\"cell\" data-label=\"Alarms\"><a href=\"/payments/a%2Fb\"><bdi>&lt;a&quot;&gt;</bdi></a></td>",
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
        assert!(hostile.contains("\n\"'=1,\"\"\\n2\",b\n"), "{hostile:?}");
    }

    #[test]
    fn spreadsheet_reads_the_languages_of_the_headings_and_their_separator() {
        let cells = || {
            let amount = Some(Money::new(123_456, Currency::KZT));
            let time = Some(Millis(1_796_123_109_123));
            vec![
                Cell::Amount(amount),
                Cell::Time(time),
                Cell::Amount(None),
                Cell::Time(None),
            ]
        };
        assert_eq!(
            csv(Lang::English, cells()),
            "\u{feff}Alarms,Today\n1 234.56 KZT,b\n2026-12-01T11:05:09+00:00,b\n,b\n,b\n"
        );
        let russian = csv(Lang::Russian, cells());
        assert!(
            russian.starts_with("\u{feff}Сигналы;Сегодня\n1 234.56 KZT;b\n"),
            "{russian}"
        );
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
