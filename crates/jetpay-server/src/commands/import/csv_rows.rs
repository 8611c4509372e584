//! Reading CSV with a header, row by row. An empty cell is absent.

use anyhow::bail;
use indicatif::ProgressBar;
use serde::de::DeserializeOwned;

use super::line::BadLine;

/// Which columns a file may and must have. The first of all is the key.
pub(super) struct Columns {
    pub(super) all: &'static [&'static str],
    pub(super) required: &'static [&'static str],
}

/// A row.
pub(super) struct Row<'a, R> {
    /// From 1, the header's.
    pub(super) line: u64,
    /// The cell in the key's column, also of a row that is wrong elsewhere.
    pub(super) key: Option<&'a str>,
    pub(super) cells: Result<R, BadLine>,
}

/// Gives every row to `take`, good or bad.
pub(super) fn each<R: DeserializeOwned>(
    bytes: &[u8],
    bar: &ProgressBar,
    columns: &Columns,
    mut take: impl FnMut(Row<'_, R>),
) -> anyhow::Result<()> {
    let mut rows = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let header = rows.headers()?.clone();
    columns.check(&header)?;
    let key = header.iter().position(|name| name == columns.all[0]);
    let mut record = csv::StringRecord::new();
    loop {
        let line = rows.position().line();
        let (line, cells) = match rows.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                bar.set_position(rows.position().byte());
                let line = record.position().map_or(line, csv::Position::line);
                (line, record.deserialize(Some(&header)))
            }
            Err(error) => {
                let line = error.position().map_or(line, csv::Position::line);
                (line, Err(error))
            }
        };
        let cells = cells.map_err(|error| BadLine::new(line, without_place(&error, &header)));
        let key = key.and_then(|at| record.get(at));
        take(Row { line, key, cells });
    }
}

impl Columns {
    fn check(&self, header: &csv::StringRecord) -> anyhow::Result<()> {
        let known = header.iter().all(|name| self.all.contains(&name));
        let whole = self
            .required
            .iter()
            .all(|required| header.iter().any(|name| name == *required));
        if !known || !whole {
            let (all, required) = (self.all.join(","), self.required.join(","));
            bail!(
                "the first line must name the columns, out of: {all}; these are required: {required}"
            );
        }
        Ok(())
    }
}

/// The reader's own text without its place, which is told beside it; it holds no cell's text.
fn without_place(error: &csv::Error, header: &csv::StringRecord) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("the row has {len} cells, and the header {expected_len}")
        }
        csv::ErrorKind::Deserialize { err, .. } => {
            let column = err
                .field()
                .and_then(|field| header.get(usize::try_from(field).ok()?));
            let column = column.map_or(String::new(), |column| format!("`{column}`: "));
            format!("{column}{}; amounts are whole minor units", err.kind())
        }
        csv::ErrorKind::Utf8 { .. } => "the row is not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}
