//! Plain text for the terminal: aligned tables, and lists of named values.

use std::fmt::Write;

use jetpay_core::{Currency, Money};
use jetpay_platform::visible;
use serde_json::Value;

/// A column of a table: its heading, and the text of its cell for a row.
pub(super) struct Column {
    heading: &'static str,
    cell: fn(&Value) -> String,
}

pub(super) const fn column(heading: &'static str, cell: fn(&Value) -> String) -> Column {
    Column { heading, cell }
}

/// A table of rows, or the text `empty` when there are no rows.
pub(super) fn table(rows: &[Value], columns: &[Column], empty: &str) -> String {
    if rows.is_empty() {
        return empty.to_owned();
    }
    let mut lines = vec![
        columns
            .iter()
            .map(|column| column.heading.to_owned())
            .collect(),
    ];
    lines.extend(rows.iter().map(|row| {
        columns
            .iter()
            .map(|column| cut((column.cell)(row)))
            .collect()
    }));
    aligned(&lines)
}

/// The cell, cut when it is very long. Every id is shorter.
pub(super) fn cut(mut cell: String) -> String {
    const LONGEST: usize = 300;
    if let Some((end, _)) = cell.char_indices().nth(LONGEST) {
        cell.truncate(end);
        cell.push('…');
    }
    cell
}

/// One line for each name and its value. Empty values are left out.
pub(super) fn named(values: &[(&str, String)]) -> String {
    let present = values.iter().filter(|(_, value)| !value.is_empty());
    let lines: Vec<_> = present
        .map(|(name, value)| vec![(*name).to_owned(), value.clone()])
        .collect();
    aligned(&lines)
}

/// Lines of as many cells, one below the other.
pub(super) fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    lines.iter().fold(String::new(), |mut text, line| {
        let start = text.len();
        for (cell, width) in line.iter().zip(&widths) {
            let _ = write!(text, "{cell:<width$}  ");
        }
        text.truncate(start + text[start..].trim_end().len());
        text.push('\n');
        text
    })
}

/// The text or number at a JSON pointer, else an empty text.
///
/// Control and invisible characters are escaped: a text that another party wrote must not control the terminal.
pub(super) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => visible::line(text),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The amount in minor units in the field `name` of the object at a JSON pointer, with the `currency` beside it.
pub(super) fn money(value: &Value, pointer: &str, name: &str) -> String {
    let minor = value
        .pointer(&format!("{pointer}/{name}"))
        .and_then(Value::as_i64);
    let currency = Currency::parse(&text(value, &format!("{pointer}/currency")));
    match (minor, currency) {
        (Some(minor), Ok(currency)) => Money::new(minor, currency).to_string(),
        _ => String::new(),
    }
}

/// The rows of the list `name` in an answer.
pub(super) fn rows<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A line that says how to see the next page; empty on the last page.
pub(super) fn more(answer: &Value) -> String {
    match answer.get("next").and_then(Value::as_i64) {
        Some(next) => format!("there are more: --before {next}\n"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_lines_have_no_trailing_spaces() {
        let columns = [
            column("seq", |row| text(row, "/seq")),
            column("amount", |row| money(row, "", "amount")),
            column("reason", |row| text(row, "/reason")),
        ];
        let rows = [
            json!({"seq": 1, "amount": 90_000, "currency": "KZT", "reason": "a\u{1b}[2J\nb"}),
            json!({"seq": 1000}),
        ];
        assert_eq!(
            table(&rows, &columns, "none"),
            "seq   amount      reason\n1     900.00 KZT  a\\u{1b}[2J\\nb\n1000\n"
        );
        assert_eq!(table(&[], &columns, "none"), "none");
        let long = [json!({"reason": "x".repeat(301)})];
        assert!(table(&long, &columns, "none").ends_with("xx…\n"));
    }
}
