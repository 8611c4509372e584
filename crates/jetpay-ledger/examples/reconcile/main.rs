//! How long it takes to compare the platform's books with a large ledger in `SQLite`, and how much memory. `cargo xtask bench`
//! runs it. A missed target is only shown; a wrong report is a failure.
//!
//! ```text
//! cargo run --release -p jetpay-ledger --example reconcile -- [--quick]
//! ```
#![allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "times and sizes; no money among them"
)]

mod fill;

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use jetpay_core::report::ReportedOperation;
use jetpay_core::status::OperationType::{Refund, Sale};
use jetpay_core::{Currency, Money};
use jetpay_ledger::Ledger;
use jetpay_reconcile::{Interval, PlatformBooks};

use fill::{AMOUNT, PROJECT, payment_id, time};

const SECONDS: f64 = 60.0;
const MEGABYTES: f64 = 300.0;

/// So many differences of each kind are planted.
const PLANTED: u64 = 25;

/// How large both sides are.
#[derive(Clone, Copy)]
struct Size {
    ledger: u64,
    books: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [fill, path, operations] = &*arguments
        && fill == "fill"
    {
        return Ok(fill::fill(Path::new(path), operations.parse()?)?);
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let size = if quick {
        Size {
            ledger: 1_000_000,
            books: 100_000,
        }
    } else {
        Size {
            ledger: 10_000_000,
            books: 1_000_000,
        }
    };
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("ledger.db");
    Ledger::open(&path)?.close().await;
    // In a process of its own: its memory is not measured.
    let mut filling = Command::new(std::env::current_exe()?);
    filling.arg("fill").arg(&path).arg(size.ledger.to_string());
    let begun = Instant::now();
    if !filling.status()?.success() {
        return Err("the ledger cannot be filled".into());
    }
    let mebibytes = std::fs::metadata(&path)?.len() >> 20;
    eprintln!(
        "{} operations: {mebibytes} MiB, filled in {:.0?}",
        size.ledger,
        begun.elapsed()
    );
    measure(&path, size).await
}

async fn measure(path: &Path, size: Size) -> Result<(), Box<dyn Error>> {
    let ledger = Ledger::open_to_read(path)?;
    let first = size.ledger / 5 * 3;
    let interval = Interval {
        from: time(first),
        to: time(first + size.books),
    };
    let begun = Instant::now();
    let books = books(first, size.books);
    let projects = [PROJECT.into()];
    let mut rows = 0;
    let mut progress = |read, _| rows = read;
    let report = ledger.reconcile(&books, interval, &projects, i64::MAX, &mut progress);
    let report = report.await?;
    let seconds = begun.elapsed().as_secs_f64();

    let count = |kind: &str| report.counts.get(kind).copied().unwrap_or_default();
    let planted = [
        "not_there",
        "amount_differs",
        "not_credited",
        "taken_back_there",
    ];
    let is_right = report.adds_up()
        && report.results.len() as u64 == 4 * PLANTED
        && planted.iter().all(|kind| count(kind) == PLANTED)
        && count("matched") == size.books - 2 * PLANTED;
    if !is_right {
        return Err(format!("the report is wrong: {:?}", report.counts).into());
    }
    let mark = |met| if met { '✓' } else { '✗' };
    let Size { ledger, books } = size;
    println!("{books} operations against a ledger of {ledger}, of which it read {rows} rows:");
    println!(
        "{} {seconds:.1} s, target {SECONDS} s",
        mark(seconds <= SECONDS)
    );
    match peak()? {
        Some(peak) => {
            let megabytes = peak as f64 / 1e6;
            let met = mark(megabytes <= MEGABYTES);
            println!("{met} {megabytes:.0} MB of memory at most, target {MEGABYTES} MB");
        }
        None => println!("memory is not measured: this system has no /proc"),
    }
    Ok(())
}

/// What the platform lists: what the ledger has of the interval, but for the planted differences.
fn books(first: u64, count: u64) -> PlatformBooks {
    let mut books = PlatformBooks::new();
    let source = books.begin_source("data api");
    let kzt = |minor| Money::new(minor, Currency::KZT);
    let mut add = |operation: u64, payment: &str, kind, minor, at| {
        let (project, status) = (PROJECT.into(), "success".into());
        let operation =
            ReportedOperation::new(project, operation.into(), payment, kind, status, kzt(minor));
        books.add(source, None, &operation.at(Some(at)));
    };
    let apart = count / PLANTED;
    for number in first..first + count {
        let (id, at) = (payment_id(number), time(number));
        match (number - first) % apart {
            // The platform does not list it.
            1 => {}
            2 => add(number + 1, &id, Sale, AMOUNT - 1, at),
            3 => {
                // Neither of these has come; the platform's numbers are larger than those of the ledger.
                add(10 * first + number, "lost", Sale, AMOUNT, at);
                add(20 * first + number, &id, Refund, AMOUNT, at);
                add(number + 1, &id, Sale, AMOUNT, at);
            }
            _ => add(number + 1, &id, Sale, AMOUNT, at),
        }
    }
    books.end_source(source, String::new(), count);
    books
}

/// The most memory that this process has had, in bytes. None: the system does not say it.
fn peak() -> Result<Option<u64>, Box<dyn Error>> {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return Ok(None);
    };
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    let kibibytes = kibibytes.ok_or("/proc/self/status has no `VmHWM`")?;
    Ok(Some(1_024 * kibibytes.parse::<u64>()?))
}
