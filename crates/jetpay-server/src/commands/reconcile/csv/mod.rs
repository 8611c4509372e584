//! Reports of the Dashboard: CSV files, read by a map of columns.

mod amount;
mod columns;
mod field;
mod file;
mod guess;
mod map;
mod row;
#[cfg(test)]
mod tests;
mod time;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jetpay_core::Currency;
use jetpay_core::id::ProjectId;
use jetpay_core::report::ReportedOperation;
use jetpay_reconcile::{Finding, Kind, PlatformBooks, Report};

use self::field::Field;
use self::file::ReportFile;
use self::map::{Map, Place};
use self::row::Unreadable;
use crate::commands::rows;

pub(super) use columns::Columns;

/// Reads reports into `books`, each as a source of its own: a later file is the newer one. `progress` gets how many bytes are
/// read of all files so far. Returns how many rows the map left out.
///
/// # Errors
/// When the map is wrong or names a project that is none of `projects`, a file cannot be read or lacks a column, or a file has
/// no row that can be read, or none of `projects`.
pub(super) fn read(
    files: &[PathBuf],
    map: &Path,
    projects: &[ProjectId],
    books: &mut PlatformBooks,
    progress: &mut dyn FnMut(u64),
) -> anyhow::Result<u64> {
    let map = configured(map, projects)?;
    let (mut before, mut skipped) = (0, 0);
    for path in files {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let source = books.begin_source(&name.to_string_lossy());
        let mut counted = |bytes| progress(before + bytes);
        let done = read_file(
            path,
            &map,
            projects,
            &mut counted,
            &mut |line, row| match row {
                Ok(operation) => books.add(source, Some(line), operation),
                Err(Unreadable {
                    operation,
                    column,
                    why,
                }) => {
                    books.add_unreadable(source, line, column, why, *operation);
                }
            },
        )?;
        books.end_source(source, done.sha256, done.rows);
        before += done.bytes;
        skipped += done.skipped;
    }
    Ok(skipped)
}

/// Reads a map whose project, if it names one for all rows, is one of these.
fn configured(path: &Path, projects: &[ProjectId]) -> anyhow::Result<Map> {
    let map = Map::read(path)?;
    if let Place::Value(text) = map.place(Field::ProjectId)
        && !projects.iter().any(|it| it.to_string() == *text)
    {
        bail!(
            "{}: project_id: the configuration does not have project {text}",
            rows::name(path)
        );
    }
    Ok(map)
}

/// A report that was read.
#[derive(Debug)]
struct Done {
    sha256: String,
    rows: u64,
    bytes: u64,
    /// Of the rows, those that the map left out.
    skipped: u64,
}

/// Reads one report. `each` gets every row with its line, from 1.
fn read_file(
    path: &Path,
    map: &Map,
    projects: &[ProjectId],
    progress: &mut dyn FnMut(u64),
    each: &mut dyn FnMut(u64, &Result<ReportedOperation, Unreadable>),
) -> anyhow::Result<Done> {
    let name = rows::name(path);
    let mut file = ReportFile::open(path, map)?;
    let (mut ours, mut other, mut unreadable) = (0_u64, None, None);
    let rows = file.read(progress, &mut |line, row| {
        each(line, &row);
        match row {
            Ok(operation) if projects.contains(&operation.project_id) => ours += 1,
            Ok(operation) => other = other.or(Some(operation.project_id)),
            Err(bad) => unreadable = unreadable.take().or(Some((line, bad))),
        }
    });
    let rows = rows.with_context(|| name.clone())?;
    match (ours, other, unreadable) {
        (0, Some(other), _) => bail!(
            "{name}: no row is of a project in the configuration; the first one is of project {other}; {}",
            file.columns()
        ),
        (0, None, Some((line, bad))) => bail!(
            "{name}: none of the rows ({rows}) can be read; the first one, in line {line}: {bad}; {}",
            file.columns()
        ),
        (0, None, None) if file.skipped > 0 => {
            bail!("{name}: skip_rows_where leaves out all rows ({rows})")
        }
        (0, None, None) => bail!("{name} has no row below its header; {}", file.columns()),
        _ => Ok(Done {
            sha256: file.sha256,
            rows,
            bytes: file.length,
            skipped: file.skipped,
        }),
    }
}

/// Says that no row of the reports is inside the interval: then all that is recorded there would count as not listed.
pub(super) fn check_inside(report: &Report) -> Option<&'static str> {
    let count = |kind: Kind| {
        report
            .counts
            .get(kind.as_str())
            .copied()
            .unwrap_or_default()
    };
    let counted = [Kind::Matched, Kind::NotFinal, Kind::DeclinedBoth];
    let is_inside = |it: &Finding| it.source.is_some() && it.operation_id.is_some();
    let inside =
        counted.into_iter().any(|kind| count(kind) > 0) || report.results.iter().any(is_inside);
    (!inside && count(Kind::Outside) > 0).then_some(
        "no row is inside the interval: give the reports of this time, or correct --from, --to and the zone of the map",
    )
}

/// Says that the map has the wrong `amount_unit`: none of the operations that both sides know agrees, at least three of them
/// differ in their amounts, and all of these by exactly the factor between the two units of their currency.
pub(super) fn check_unit(report: &Report) -> Option<String> {
    const FEWEST: usize = 3;
    let matched = report.counts.get(Kind::Matched.as_str()).copied();
    let differ = report.results.iter();
    let differ: Vec<_> = differ.filter(|it| it.kind == Kind::AmountDiffers).collect();
    if differ.len() < FEWEST || matched.unwrap_or_default() > 0 {
        return None;
    }
    let minor = |text: &Option<String>| {
        let (minor, currency) = text.as_deref()?.split_once(' ')?;
        let digits = Currency::parse(currency).ok()?.digits()?;
        let factor = 10_i128.pow(digits.into());
        Some((minor.parse::<i128>().ok()?.abs(), factor))
    };
    let all = |is_it: fn(i128, i128, i128) -> bool| {
        let mut pairs = differ.iter().map(|it| (minor(&it.ours), minor(&it.theirs)));
        pairs.all(|pair| match pair {
            (Some((ours, factor)), Some((theirs, _))) => factor > 1 && is_it(ours, theirs, factor),
            _ => false,
        })
    };
    let (is, other) = if all(|ours, theirs, factor| theirs == ours * factor) {
        ("major", "minor")
    } else if all(|ours, theirs, factor| ours == theirs * factor) {
        ("minor", "major")
    } else {
        return None;
    };
    Some(format!(
        "all {} amounts that both sides know differ by exactly the factor between minor and major units: amount_unit is the other \
         one; write amount_unit = \"{other}\" instead of \"{is}\" in the map",
        differ.len()
    ))
}
