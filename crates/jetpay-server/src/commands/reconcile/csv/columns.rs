//! `jetpay reconcile columns`: how a report is understood without a map, and what a map must say.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use jetpay_core::Money;
use jetpay_platform::visible;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::amount::{Decimal, Unit};
use super::field::{self, Field};
use super::file::{self, no_header, separator_name};
use super::guess::Guess;
use super::map::{ENCODINGS, Map, UNIT_ADVICE};
use crate::commands::rows::{self, CsvFile};
use crate::commands::table::{self, column, named, table, text};

/// Options of `jetpay reconcile columns`.
#[derive(Args)]
pub(in crate::commands) struct Columns {
    /// The report, as the Dashboard made it
    file: PathBuf,
    /// Write a map of columns to this new file: complete it, then give it to `jetpay reconcile csv --map`
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// So many rows are shown.
const SHOWN: usize = 3;

impl Columns {
    pub(in crate::commands::reconcile) fn run(&self) -> anyhow::Result<()> {
        let name = rows::name(&self.file);
        let (guess, samples) = understand(&self.file)?;
        print!("{}", shown(&name, &guess, &samples));
        if let Some(path) = &self.write {
            let target = rows::name(path);
            File::create_new(path)
                .and_then(|mut file| file.write_all(guess.written().as_bytes()))
                .with_context(|| {
                    format!("cannot write the map {target}, which must be a new file")
                })?;
            println!("The map is in {target}: complete it there");
        }
        Ok(())
    }
}

/// What is understood of a report without a map, and its first rows.
pub(super) fn understand(path: &Path) -> anyhow::Result<(Guess, Vec<Sample>)> {
    let name = rows::name(path);
    let mut map = Map::empty();
    let mut file = file::open(path, &map)?;
    if !file.is_utf8().context(name.clone())? {
        map.encoding = ENCODINGS[1].1;
        file.lines.encoding = map.encoding;
    }
    let Some((mut file, header_line)) =
        CsvFile::find(file, None, Guess::score).context(name.clone())?
    else {
        bail!("{name}: {}", no_header());
    };
    let mut guess = Guess::new(map, &file, header_line);
    let mut samples = Vec::new();
    while let Some(row) = file.next().context(name.clone())? {
        let values = guess.row(row);
        if samples.len() < SHOWN {
            samples.push(values);
        }
    }
    guess.finish();
    Ok((guess, samples))
}

/// A row: its line, and the texts of its fields or what is wrong with the whole row.
pub(super) type Sample = (u64, Result<[String; Field::ALL.len()], String>);

pub(super) fn shown(name: &str, guess: &Guess, samples: &[Sample]) -> String {
    let mut problems = Vec::new();
    let rows: Vec<_> = samples
        .iter()
        .map(|(line, values)| understood(guess, *line, values, &mut problems))
        .collect();
    let keys = Field::ALL.map(|field| {
        let found = guess.column(field).unwrap_or("-");
        (field.key(), visible::line(found))
    });
    let columns = [
        column("line", |row| text(row, "/line")),
        column("project_id", |row| text(row, "/project_id")),
        column("operation_id", |row| text(row, "/operation_id")),
        column("payment_id", |row| text(row, "/payment_id")),
        column("type", |row| text(row, "/operation_type")),
        column("status", |row| text(row, "/operation_status")),
        column("amount", |row| text(row, "/amount")),
        column("if minor", |row| text(row, "/minor")),
        column("if major", |row| text(row, "/major")),
        column("completed_at", |row| text(row, "/completed_at")),
        column("created_at", |row| text(row, "/created_at")),
    ];
    let mut lines = vec![format!(
        "{name}: {}, separated by {}; line {} has the names of the columns; rows below it: {}\n",
        guess.encoding(),
        separator_name(guess.separator),
        guess.header_line,
        guess.rows,
    )];
    lines.push(named(&keys).trim_end().to_owned());
    if !guess.unused.is_empty() {
        let names: Vec<_> = guess.unused.iter().map(|it| format!("`{it}`")).collect();
        let names = table::cut(visible::line(&names.join(", ")));
        lines.push(format!("not used: {names}"));
    }
    lines.push("\nThe first rows, as they are understood (`?`: cannot be read):".to_owned());
    lines.push(
        table(&rows, &columns, "there are none")
            .trim_end()
            .to_owned(),
    );
    lines.extend(problems);
    lines.push(format!(
        "\nStill to say or to check in the map:\n  amount_unit: {UNIT_ADVICE}. No program can guess it: compare the amounts above \
         with the Dashboard"
    ));
    let missing = guess.missing().into_iter();
    lines.extend(missing.map(|it| format!("  {}", visible::line(&it))));
    lines.join("\n") + "\n"
}

/// A row as it is understood; what cannot be read is added to the problems.
fn understood(
    guess: &Guess,
    line: u64,
    values: &Result<[String; Field::ALL.len()], String>,
    problems: &mut Vec<String>,
) -> Value {
    let mut row = json!({ "line": line });
    let values = match values {
        Ok(values) => values,
        Err(what) => {
            problems.push(format!("line {line}: {what}"));
            return row;
        }
    };
    let map = &guess.map;
    let currency = field::currency(&values[Field::Currency as usize]);
    for field in Field::ALL {
        let cell = &values[field as usize];
        let Some(name) = guess.column(field).filter(|_| !cell.is_empty()) else {
            continue;
        };
        let read = match field {
            Field::ProjectId => field::project(cell).map(|it| it.to_string()),
            Field::OperationId => field::operation_id(cell).map(|it| it.to_string()),
            Field::PaymentId => field::payment_id(cell),
            Field::Type => map.kind(cell).map(|it| it.to_string()),
            Field::Status => map.status(cell).map(|it| it.to_string()),
            Field::Currency => currency.clone().map(|it| it.to_string()),
            Field::CompletedAt | Field::CreatedAt => map.seconds(cell).map(|it| {
                let time = Timestamp::from_second(it);
                time.map_or_else(|_| String::new(), |it| it.to_string())
            }),
            Field::Amount => {
                row["amount"] = printed(cell).into();
                let Ok(currency) = currency else { continue };
                let as_unit = |unit| Decimal::new(None).read(line, cell, unit, currency);
                let (minor, major) = (as_unit(Unit::Minor), as_unit(Unit::Major));
                let shown =
                    |it: &Result<Money, _>| it.as_ref().map_or("?".to_owned(), Money::to_string);
                row["minor"] = shown(&minor).into();
                row["major"] = shown(&major).into();
                minor.or(major).map(|_| printed(cell))
            }
        };
        row[field.key()] = match read {
            Ok(value) => value,
            // Its words are listed below.
            Err(_) if matches!(field, Field::Type | Field::Status) => "?".to_owned(),
            Err(what) => {
                problems.push(visible::line(&format!("line {line}: `{name}` {what}")));
                "?".to_owned()
            }
        }
        .into();
    }
    row
}

/// An amount with plain spaces, as people see it.
fn printed(amount: &str) -> String {
    amount.replace(['\u{a0}', '\u{202f}'], " ")
}
