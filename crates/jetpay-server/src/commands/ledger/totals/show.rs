//! The sums as a table, as CSV and as JSON.

use std::io;

use anyhow::Context;
use jetpay_core::{Currency, Money};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use super::days::Days;
use super::sums::{By, Group, KINDS, Key, Sum, Sums};
use crate::commands::client::print;
use crate::commands::table::{Column, column, table as aligned, text};
use crate::commands::write_to;
use crate::text::csv_cell;

/// A table for people. What never happened has no column.
pub(super) fn table(by: &[By], days: &Days, sums: &Sums) -> anyhow::Result<()> {
    let format = "%Y-%m-%d %H:%M (%:z)";
    let head = format!(
        "from {} to {} in {}; the end is not included",
        days.from.strftime(format),
        days.to.strftime(format),
        days.name
    );
    let mut rows: Vec<Value> = sums
        .groups()
        .map(|(keys, currency, group)| row(by, keys, currency, group))
        .collect();
    let all = sums.all();
    if rows.len() > all.len() {
        let total = |(currency, group): &(Currency, Group)| {
            let mut row = row(by, &[], *currency, group);
            if let Some(first) = by.first() {
                row[first.column()] = "all".into();
            }
            row
        };
        rows.extend(all.iter().map(total));
    }
    let happened = |kind: &str| rows.iter().any(|row| row[kind] != "");
    let columns = COLUMNS.into_iter().filter(|(name, _)| {
        let grouped = by.iter().any(|by| by.column() == *name);
        let grouping = ["day", "method", "project_id"].contains(name);
        grouped || !grouping && (!KINDS.contains(name) || happened(name))
    });
    // The groups come first, in the order of the command line.
    let mut columns: Vec<_> = columns.collect();
    columns.sort_by_key(|(name, _)| {
        by.iter()
            .position(|by| by.column() == *name)
            .unwrap_or(by.len())
    });
    let columns: Vec<Column> = columns
        .into_iter()
        .map(|(name, cell)| column(name, cell))
        .collect();
    print(&format!(
        "{head}\n{}",
        aligned(&rows, &columns, "no entries")
    ))
}

type Cell = fn(&Value) -> String;

/// Every column that the table may have: its name, and its cell.
const COLUMNS: [(&str, Cell); 14] = [
    ("day", |row| text(row, "/day")),
    ("method", |row| text(row, "/method")),
    ("project_id", |row| text(row, "/project_id")),
    ("currency", |row| text(row, "/currency")),
    ("credits", |row| text(row, "/credits")),
    ("manual_credits", |row| text(row, "/manual_credits")),
    ("refunds", |row| text(row, "/refunds")),
    ("refund_reverses", |row| text(row, "/refund_reverses")),
    ("reversals", |row| text(row, "/reversals")),
    ("manual_changes", |row| text(row, "/manual_changes")),
    ("corrections", |row| text(row, "/corrections")),
    ("net", |row| text(row, "/net")),
    ("payouts_paid", |row| text(row, "/payouts_paid")),
    ("payouts_reversed", |row| text(row, "/payouts_reversed")),
];

/// A row whose cells are texts; what never happened is empty.
fn row(by: &[By], keys: &[Key], currency: Currency, group: &Group) -> Value {
    let mut row = json!({"currency": currency.code(), "net": shown(group.net(), currency)});
    for (by, key) in by.iter().zip(keys) {
        row[by.column()] = key.to_string().into();
    }
    for (kind, sum) in KINDS.into_iter().zip(&group.sums) {
        row[kind] = match sum.count {
            0 => "".into(),
            count => format!("{} ({count})", shown(sum.amount, currency)).into(),
        };
    }
    row
}

/// A sum for people. One that is too large for an amount is shown in minor units.
fn shown(minor: i128, currency: Currency) -> String {
    let minor_units = |_| format!("{minor} minor units of {}", currency.code());
    let amount = i64::try_from(minor).map(|minor| Money::new(minor, currency).to_string());
    amount.unwrap_or_else(minor_units)
}

/// CSV with every column, amounts in minor units.
pub(super) fn csv(by: &[By], sums: &Sums) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut head: Vec<String> = by.iter().map(|by| by.column().to_owned()).collect();
    head.push("currency".to_owned());
    for kind in KINDS {
        head.extend([kind.to_owned(), format!("{kind}_amount")]);
    }
    head.push("net".to_owned());
    csv.write_record(head)?;
    for (keys, currency, group) in sums.groups() {
        let mut cells: Vec<_> = keys.iter().map(|key| csv_cell(&key.to_string())).collect();
        cells.push(currency.code().to_owned());
        for sum in group.sums {
            cells.extend([sum.count.to_string(), sum.amount.to_string()]);
        }
        cells.push(group.net().to_string());
        csv.write_record(cells)?;
    }
    let text = csv.into_inner().context("cannot write CSV")?;
    write_to(io::stdout().lock(), &text)
}

#[derive(Serialize)]
struct Answer<'a> {
    from: String,
    to: String,
    zone: &'a str,
    by: Vec<&'static str>,
    groups: Vec<JsonGroup<'a>>,
}

/// A group as JSON: amounts in minor units.
struct JsonGroup<'a> {
    by: &'a [By],
    keys: &'a [Key],
    currency: Currency,
    group: &'a Group,
}

/// JSON with every sum. An amount may have more than 64 bits.
pub(super) fn json(by: &[By], days: &Days, sums: &Sums) -> anyhow::Result<()> {
    let groups = sums.groups().map(|(keys, currency, group)| JsonGroup {
        by,
        keys,
        currency,
        group,
    });
    let answer = Answer {
        from: days.from.timestamp().to_string(),
        to: days.to.timestamp().to_string(),
        zone: &days.name,
        by: by.iter().map(|by| by.column()).collect(),
        groups: groups.collect(),
    };
    print(&serde_json::to_string(&answer)?)
}

impl Serialize for JsonGroup<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (by, key) in self.by.iter().zip(self.keys) {
            match key {
                Key::Project(project) => map.serialize_entry(by.column(), project)?,
                Key::Day(_) | Key::Method(_) => {
                    map.serialize_entry(by.column(), &key.to_string())?;
                }
            }
        }
        map.serialize_entry("currency", &self.currency)?;
        for (kind, sum) in KINDS.into_iter().zip(&self.group.sums) {
            let sum: &Sum = sum;
            map.serialize_entry(kind, sum)?;
        }
        map.serialize_entry("net", &self.group.net())?;
        map.end()
    }
}
