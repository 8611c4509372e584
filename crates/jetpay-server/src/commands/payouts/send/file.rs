//! The CSV file as cells under columns, whatever they say.

use anyhow::bail;
use csv::{Reader, StringRecord};

use crate::commands::import::line::BadLine;

/// The columns that a file must have, in any order.
pub(super) const COLUMNS: [&str; 9] = [
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

/// The cells of a row, by the order of [`COLUMNS`].
pub(super) type Cells = [String; COLUMNS.len()];

/// Gives the cells of every row, with the line on which it begins, from 1.
pub(super) fn each(
    bytes: &[u8],
    mut take: impl FnMut(u64, Result<Cells, BadLine>),
) -> anyhow::Result<()> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .delimiter(delimiter(bytes))
        .from_reader(bytes);
    let places = places(&mut reader)?;
    let mut lines = Lines {
        bytes,
        counted: 0,
        line: 1,
    };
    let mut record = StringRecord::new();
    loop {
        let line = lines.at(reader.position().byte());
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let cell = |place: usize| record.get(place).unwrap_or_default().to_owned();
                take(line, Ok(places.map(cell)));
            }
            Err(error) => take(line, Err(BadLine::new(line, what(&error)))),
        }
    }
}

/// A semicolon where the first line is parted by those, as spreadsheets write it in Kazakhstan; else a comma. No name of a
/// column has either.
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

/// Counts lines. The reader's own count is that of the row before: it takes the rest of a line's end, and empty lines,
/// as the beginning of the next row.
struct Lines<'b> {
    bytes: &'b [u8],
    counted: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first byte of a row from here on, from 1. Each time further on.
    fn at(&mut self, byte: u64) -> u64 {
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

/// Where in a row each of [`COLUMNS`] stands.
fn places(reader: &mut Reader<&[u8]>) -> anyhow::Result<[usize; COLUMNS.len()]> {
    let Ok(header) = reader.headers() else {
        bail!("the file is not UTF-8; save it as \"CSV UTF-8\"");
    };
    let place = |column: &str| header.iter().position(|name| name == column);
    let missing: Vec<&str> = COLUMNS
        .into_iter()
        .filter(|column| place(column).is_none())
        .collect();
    let unknown = header.iter().filter(|name| !COLUMNS.contains(name));
    let twice = header.iter().enumerate();
    let twice = twice.filter(|(at, name)| COLUMNS.contains(name) && place(name) != Some(*at));
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
            "the first line must name these columns, in any order, parted by commas or all by semicolons: {}; {}",
            COLUMNS.join(","),
            wrong.join("; ")
        );
    }
    Ok(COLUMNS.map(|column| place(column).unwrap_or_default()))
}

/// The reader's own words without the place, which is told beside it; they hold no cell's text.
fn what(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("the row has {len} cells, and the header {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => {
            "the row is not UTF-8; save the file as \"CSV UTF-8\"".to_owned()
        }
        _ => error.to_string(),
    }
}
