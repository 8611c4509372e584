//! The CSV file of payouts: its rows as payout requests, and every error with its line and column.

use std::collections::HashMap;

use anyhow::bail;
use csv::{Reader, StringRecord};
use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Money};

use crate::commands::import::BadLine;
use crate::field_error::FieldError;
use crate::payout_request::{Payee, PayoutRequest, currency};

/// The columns that a file must have, in any order.
const COLUMNS: [&str; 9] = [
    "key",
    "account_number",
    "amount",
    "currency",
    "customer_id",
    "ip_address",
    "first_name",
    "last_name",
    "email",
];

/// The cells of a row, in the order of [`COLUMNS`].
type Cells = [String; COLUMNS.len()];

/// A row without errors.
pub(super) struct Row {
    /// The line in the file; the header is line 1.
    pub(super) line: u64,
    pub(super) payout_request: PayoutRequest,
}

impl Row {
    /// The errors of a row whose key the service does not know.
    pub(super) fn unseen(&self) -> Vec<BadLine> {
        let errors = self.payout_request.unseen().into_iter();
        let of_column = |error: FieldError| FieldError {
            field: column(&error.field).to_owned(),
            ..error
        };
        errors
            .map(|error| BadLine::of_field(self.line, &of_column(error)))
            .collect()
    }
}

/// Reads the file: the rows without errors, and the errors of the others.
pub(super) fn read(bytes: &[u8], project: ProjectId) -> anyhow::Result<(Vec<Row>, Vec<BadLine>)> {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    let mut keys: HashMap<String, u64> = HashMap::new();
    for_each_row(bytes, |line, cells| {
        let cells = match cells {
            Ok(cells) => cells,
            Err(error) => return bad.push(error),
        };
        let (payout_request, mut errors) = payout_request(project, cells);
        match keys.get(&payout_request.idempotency_key) {
            None => {
                keys.insert(payout_request.idempotency_key.clone(), line);
            }
            Some(first) => errors.push(FieldError {
                field: "key".to_owned(),
                message: format!("is the same as in line {first}"),
            }),
        }
        if errors.is_empty() {
            rows.push(Row {
                line,
                payout_request,
            });
        }
        bad.extend(errors.iter().map(|error| BadLine::of_field(line, error)));
    })?;
    if rows.is_empty() && bad.is_empty() {
        bail!("there is no payout in the file, only its first line: was the file cut off?");
    }
    Ok((rows, bad))
}

/// The payout request of a row, and its errors by column. An unreadable cell is an error; its value is replaced by one
/// that causes no second error.
fn payout_request(project_id: ProjectId, cells: Cells) -> (PayoutRequest, Vec<FieldError>) {
    let [
        key,
        account_number,
        amount,
        code,
        id,
        ip_address,
        first_name,
        last_name,
        email,
    ] = cells;
    let mut errors = Vec::new();
    let minor = minor(&amount).unwrap_or_else(|error| {
        errors.push(error);
        1
    });
    let currency = currency(&code).unwrap_or_else(|error| {
        errors.push(error);
        Currency::KZT
    });
    let payout_request = PayoutRequest {
        project_id,
        customer: Payee {
            id,
            ip_address,
            first_name,
            last_name,
            email,
        },
        account_number,
        amount: Money::new(minor, currency),
        idempotency_key: key,
    };
    let more = payout_request.errors().into_iter().map(|error| FieldError {
        field: column(&error.field).to_owned(),
        ..error
    });
    errors.extend(more);
    (payout_request, errors)
}

/// Minor units: digits only. A sign, a point or a space would be a mistake or another unit.
pub(super) fn minor(cell: &str) -> Result<i64, FieldError> {
    let is_plain = cell.bytes().all(|byte| byte.is_ascii_digit());
    let minor = cell.parse().ok().filter(|_| is_plain);
    minor.ok_or_else(|| FieldError {
        field: "amount".to_owned(),
        message: "must be whole minor units, digits only: 150000 is 1 500.00 KZT".to_owned(),
    })
}

/// The column that holds a field of the payout request.
fn column(field: &str) -> &str {
    match field {
        "customer.id" => "customer_id",
        "idempotency_key" => "key",
        field => field.strip_prefix("customer.").unwrap_or(field),
    }
}

/// Gives `take` the cells of every row, with the line on which the row begins.
fn for_each_row(
    bytes: &[u8],
    mut take: impl FnMut(u64, Result<Cells, BadLine>),
) -> anyhow::Result<()> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::Headers)
        .delimiter(delimiter(bytes))
        .from_reader(bytes);
    let positions = column_positions(&mut reader)?;
    let mut lines = LineCounter {
        bytes,
        counted: 0,
        line: 1,
    };
    let mut record = StringRecord::new();
    loop {
        let line = lines.line_at(reader.position().byte());
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                // White space around a cell is the spreadsheet's, but for the key: it is checked as it is.
                let cell = |at: usize| {
                    let cell = record.get(positions[at]).unwrap_or_default();
                    if COLUMNS[at] == "key" {
                        cell
                    } else {
                        cell.trim()
                    }
                };
                take(line, Ok(std::array::from_fn(|at| cell(at).to_owned())));
            }
            Err(error) => take(line, Err(BadLine::new(line, message(&error)))),
        }
    }
}

/// A semicolon when the first line has semicolons and no comma, as spreadsheets write it in Kazakhstan; else a comma. The
/// column names contain neither.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    if header.contains(&b';') && !header.contains(&b',') {
        b';'
    } else {
        b','
    }
}

/// Counts lines. The CSV reader's own count is that of the row before: it counts the rest of a line end, and empty lines,
/// as the beginning of the next row.
struct LineCounter<'b> {
    bytes: &'b [u8],
    counted: usize,
    line: u64,
}

impl LineCounter<'_> {
    /// The line, from 1, of the first row at or after this byte. Each call must name a later byte.
    fn line_at(&mut self, byte: u64) -> u64 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).unwrap_or_default();
        let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let to = from + ends.count();
        let passed = self.bytes.get(self.counted..to).unwrap_or_default();
        self.line += passed
            .iter()
            .map(|&byte| u64::from(byte == b'\n'))
            .sum::<u64>();
        self.counted = to;
        self.line
    }
}

/// The position of each of [`COLUMNS`] in a row.
fn column_positions(reader: &mut Reader<&[u8]>) -> anyhow::Result<[usize; COLUMNS.len()]> {
    let Ok(header) = reader.headers() else {
        bail!("the file is not UTF-8; save it as \"CSV UTF-8\"");
    };
    let position = |column: &str| header.iter().position(|name| name == column);
    let missing: Vec<&str> = COLUMNS
        .into_iter()
        .filter(|column| position(column).is_none())
        .collect();
    let unknown = header.iter().filter(|name| !COLUMNS.contains(name));
    let twice = header.iter().enumerate();
    let twice = twice.filter(|(at, name)| COLUMNS.contains(name) && position(name) != Some(*at));
    let mut wrong = Vec::new();
    for (what, columns) in [
        ("missing", missing),
        ("unknown", unknown.collect()),
        ("twice", twice.map(|(_, name)| name).collect()),
    ] {
        if !columns.is_empty() {
            wrong.push(format!("{what}: {}", columns.join(", ")));
        }
    }
    if !wrong.is_empty() {
        bail!(
            "the first line must name these columns, in any order, separated by commas or by semicolons: {}; {}",
            COLUMNS.join(","),
            wrong.join("; ")
        );
    }
    Ok(COLUMNS.map(|column| position(column).unwrap_or_default()))
}

/// The reader's message without the position, which the caller prints. It contains no text of a cell.
fn message(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("the row has {len} cells, but the header has {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => {
            "the row is not UTF-8; save the file as \"CSV UTF-8\"".to_owned()
        }
        _ => error.to_string(),
    }
}
