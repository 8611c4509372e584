//! Plain text for people: aligned tables, and lists of named values.

use std::fmt::Write;

use jetpay_core::{Currency, Money};
use serde_json::Value;

/// A column of a table.
pub(in crate::commands) struct Column {
    heading: &'static str,
    cell: fn(&Value) -> String,
}

pub(in crate::commands) const fn column(
    heading: &'static str,
    cell: fn(&Value) -> String,
) -> Column {
    Column { heading, cell }
}

/// A table of rows, or `none` when there are none.
pub(in crate::commands) fn table(rows: &[Value], columns: &[Column], none: &str) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let mut lines = vec![
        columns
            .iter()
            .map(|column| column.heading.to_owned())
            .collect(),
    ];
    lines.extend(
        rows.iter()
            .map(|row| columns.iter().map(|column| (column.cell)(row)).collect()),
    );
    aligned(&lines)
}

/// Names and their values; those without a value are left out.
pub(in crate::commands) fn named(values: &[(&str, String)]) -> String {
    let given = values.iter().filter(|(_, value)| !value.is_empty());
    let lines: Vec<_> = given
        .map(|(name, value)| vec![(*name).to_owned(), value.clone()])
        .collect();
    aligned(&lines)
}

fn aligned(lines: &[Vec<String>]) -> String {
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

/// What is at a place of a JSON value, as one harmless line: no text from outside moves the cursor.
pub(in crate::commands) fn text(value: &Value, place: &str) -> String {
    match value.pointer(place) {
        Some(Value::String(text)) => text
            .chars()
            .map(|character| {
                if character.is_control() {
                    ' '
                } else {
                    character
                }
            })
            .collect(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The amount that stands at a place under this name, with the currency beside it.
pub(in crate::commands) fn money(value: &Value, place: &str, name: &str) -> String {
    let minor = value
        .pointer(&format!("{place}/{name}"))
        .and_then(Value::as_i64);
    let currency = Currency::parse(&text(value, &format!("{place}/currency")));
    match (minor, currency) {
        (Some(minor), Ok(currency)) => Money::new(minor, currency).to_string(),
        _ => String::new(),
    }
}

/// The rows of a list in an answer.
pub(in crate::commands) fn rows<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// How to see what comes after a page, if anything does.
pub(in crate::commands) fn more(answer: &Value) -> String {
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
    fn columns_are_as_wide_as_their_widest_cell_and_lines_have_no_loose_ends() {
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
            "seq   amount      reason\n1     900.00 KZT  a [2J b\n1000\n"
        );
        assert_eq!(table(&[], &columns, "none"), "none");
    }
}
