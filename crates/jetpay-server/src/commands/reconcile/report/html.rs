//! A reconciliation as one HTML file without scripts. It loads nothing, and works on a screen and on paper.

use jetpay_platform::visible;

use super::super::borders::Zone;
use super::super::words;
use super::cells::{self, Cells};
use crate::reconcile::text::{ENGLISH, advice, meaning};
use crate::reconcile::view::RunView;

/// The page must load nothing and run nothing, whatever it contains.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const STYLE: &str = include_str!("report.css");

/// A page. Every text in it goes through [`text`](Self::text) or is a constant of this program.
#[derive(Default)]
struct Page(String);

impl Page {
    /// Adds markup that has nothing of the report in it.
    fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a text, which cannot become markup.
    fn text(&mut self, text: &str) -> &mut Self {
        for character in visible::line(text).chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    fn table(&mut self, cells: &Cells) {
        self.markup("<div class=\"wide\"><table><thead><tr>");
        for heading in &cells.headings {
            self.markup("<th scope=\"col\">")
                .text(heading)
                .markup("</th>");
        }
        self.markup("</tr></thead><tbody>\n");
        for row in &cells.rows {
            self.markup("<tr>");
            for cell in row {
                self.markup("<td>").text(cell).markup("</td>");
            }
            self.markup("</tr>\n");
        }
        self.markup("</tbody></table></div>\n");
    }
}

pub(super) fn render(run: &RunView, zone: &Zone) -> Vec<u8> {
    let mut page = Page::default();
    page.markup("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
        .markup("<meta http-equiv=\"Content-Security-Policy\" content=\"")
        .text(POLICY)
        .markup("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .markup("<meta name=\"referrer\" content=\"no-referrer\">\n<title>Reconciliation</title>\n<style>")
        .markup(STYLE)
        .markup("</style></head><body>\n<h1>The ledger and the platform's books</h1>\n<p class=\"verdict\">")
        .text(&cells::verdict(run))
        .markup("</p>\n<dl>\n");
    for (name, value) in cells::head(run, zone) {
        page.markup("<dt>")
            .text(name)
            .markup("</dt><dd>")
            .text(&value)
            .markup("</dd>\n");
    }
    page.markup("</dl>\n<h2>Results</h2>\n")
        .table(&cells::counts(&run.counts));
    page.markup("<h2>Sums</h2>\n")
        .table(&cells::sums(&run.sums));
    for (kind, results) in cells::groups(run) {
        page.markup("<h2>")
            .text(&format!("{kind}: {}", meaning(ENGLISH, kind)))
            .markup("</h2>\n");
        page.table(&cells::results(&results, run, zone));
        let Some(advice) = advice(ENGLISH, kind) else {
            continue;
        };
        page.markup("<p>").text(&advice).markup("</p>\n");
        for command in words::commands(kind, &results, &run.sums) {
            page.markup("<p><code>")
                .text(&command)
                .markup("</code></p>\n");
        }
    }
    page.markup("</body></html>\n");
    page.0.into_bytes()
}
