//! Reports as people have them, and reports by chance.

mod books;
mod cells;
mod columns;
mod fixtures;
mod maps;
mod random;
mod unit;

use std::fs;

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;

/// The map of these tests: the keys of its top, and below them the columns that a report of these tests has.
fn map(top: &str) -> String {
    format!(
        "{top}\n[columns]\nproject_id = \"project\"\noperation_id = \"operation\"\npayment_id = \"payment\"\n\
         operation_type = \"type\"\noperation_status = \"status\"\namount = \"amount\"\ncurrency = \"currency\"\n\
         completed_at = \"completed\"\ncreated_at = \"created\"\n"
    )
}

const HEADER: &str = "project,operation,payment,type,status,amount,currency,completed,created";

/// The configured projects.
fn projects() -> [ProjectId; 2] {
    [1234, 5678].map(ProjectId::new)
}

/// What is read of a row: its line, and the operation or what is wrong.
type Rows = Vec<(u64, Result<ReportedOperation, Unreadable>)>;

/// Reads a report through files, as the command does. The error does not show the folder.
fn read_report(map: &str, report: impl AsRef<[u8]>) -> Result<(Rows, Done), String> {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("map.toml"), map).unwrap();
    fs::write(path("report.csv"), report).unwrap();
    let mut rows = Vec::new();
    let done = configured(&path("map.toml"), &projects()).and_then(|map| {
        read_file(
            &path("report.csv"),
            &map,
            &projects(),
            &mut |_| {},
            &mut |line, row| rows.push((line, row.clone())),
        )
    });
    let folder = format!("{}/", folder.path().display());
    match done {
        Ok(done) => Ok((rows, done)),
        Err(error) => Err(format!("{error:#}").replace(&folder, "")),
    }
}

fn error_of(map: &str, report: impl AsRef<[u8]>) -> String {
    read_report(map, report).expect_err("the report is refused")
}

/// What is read of a row, as a line.
fn shown_row(row: &(u64, Result<ReportedOperation, Unreadable>)) -> String {
    match row {
        (line, Ok(it)) => {
            let time = it
                .time
                .map(|it| Timestamp::from_second(it).unwrap().to_string());
            format!(
                "{line}: {} {} `{}` {} {} {} {} at {}",
                it.project_id,
                it.operation_id,
                it.payment_id,
                it.kind,
                it.status,
                it.amount.minor(),
                it.amount.currency(),
                time.as_deref().unwrap_or("no time"),
            )
        }
        (line, Err(bad)) => format!("{line}: unreadable {bad}"),
    }
}
