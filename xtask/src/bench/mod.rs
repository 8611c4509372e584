//! `cargo xtask bench`: measures the speed targets. A missed target is only shown; a wrong answer is a failure.
//!
//! Each row is a ratio: our code and something bare do the same work, in turns, in one run. A slow or busy machine changes
//! both figures, so ratios from different machines can be compared.
#![expect(clippy::float_arithmetic, reason = "times and ratios, never money")]

mod http;
mod load;
mod memory;
mod messages;
mod servers;
mod table;

pub(crate) use servers::{BareArguments, serve_bare};

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use hmac::{Hmac, KeyInit, Mac};
use jetpay_core::signature::{Canonical, Key};
use jetpay_testing::SECRET;
use sha2::Sha512;

use crate::shell;
use table::{Row, Target, median};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run fewer and shorter rounds, for a first impression
    #[arg(long)]
    quick: bool,
    /// Measure only this part
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
    /// Also measure the cost of a credit in a ledger with this many customers. 10,000,000 take minutes and 12 GB
    #[arg(long, value_name = "CUSTOMERS")]
    growth: Option<u64>,
    /// Open this many connections to measure memory
    #[arg(long, value_name = "N", default_value_t = memory::CONNECTIONS, value_parser = clap::value_parser!(u64).range(1..=14_000))]
    connections: u64,
    /// Measure a debug build. Only for work on the benchmark: the figures mean nothing
    #[arg(long, hide = true)]
    debug_build: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Signature,
    Http,
    Credits,
    Memory,
}

/// The number and the length of the rounds.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    seconds: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // Figures of a debug build mean nothing, so a debug build starts the release build.
    if cfg!(debug_assertions) && !arguments.debug_build {
        let again = std::env::args().skip(1).collect::<Vec<_>>();
        let mut cargo = shell::cargo();
        return shell::run(
            cargo
                .args(["run", "--release", "--quiet", "--package", "xtask", "--"])
                .args(again),
        );
    }
    let effort = if arguments.quick {
        Effort {
            rounds: 3,
            seconds: 1.0,
        }
    } else {
        Effort {
            rounds: 7,
            seconds: 3.0,
        }
    };
    let is_wanted = |part| arguments.only.is_none_or(|only| only == part);
    let mut rows: Vec<Row> = Vec::new();
    if is_wanted(Part::Signature) {
        rows.push(verify_signatures(effort)?);
    }
    if is_wanted(Part::Http) {
        rows.extend(http::measure(effort)?);
    }
    if is_wanted(Part::Credits) {
        rows.extend(table::of_credits(arguments.quick, None)?);
        if let Some(customers) = arguments.growth {
            rows.extend(table::of_credits(arguments.quick, Some(customers))?);
        }
    }
    if !rows.is_empty() {
        table::print(&rows);
    }
    if is_wanted(Part::Memory) {
        memory::measure(arguments.connections)?;
    }
    Ok(())
}

/// The target was set for a callback of this size, in bytes.
const BYTES: usize = 772;
/// The number of calls that are timed together: the clock is too coarse for one call.
const AT_ONCE: u32 = 1_000;
/// There are many short rounds, so that the load of the machine affects both sides equally.
const ROUNDS: usize = 100;

/// Compares the verification of a callback with the bare HMAC of its string.
fn verify_signatures(effort: Effort) -> Result<Row> {
    let key = Key::new(SECRET)?;
    let body = messages::compact_callback(&key)?;
    ensure!(
        body.len() == BYTES,
        "the compact callback has {} bytes and not {BYTES}",
        body.len()
    );
    let text = Canonical::parse(&body)?.string_to_sign().to_owned();
    let keyed = Hmac::<Sha512>::new_from_slice(SECRET.as_bytes())
        .context("HMAC takes a key of any length")?;

    let (mut ours, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS * effort.rounds {
        let hmac = nanoseconds(|| {
            black_box(keyed.clone().chain_update(black_box(&text)).finalize());
            true
        });
        let verified = nanoseconds(|| is_signed(black_box(&body), &key));
        ensure!(hmac.1 && verified.1, "a good signature was rejected");
        ratios.push(verified.0 / hmac.0);
        ours.push(verified.0);
        bare.push(hmac.0);
    }
    Ok(Row {
        name: "verify a callback / HMAC-SHA512".to_owned(),
        target: Target::AtMost(1.6),
        ratio: median(ratios),
        ours: format!("{:.2} µs", median(ours) / 1_000.0),
        bare: format!("{:.2} µs", median(bare) / 1_000.0),
    })
}

/// Parses the body, builds the canonical string, computes the HMAC and compares.
fn is_signed(body: &[u8], key: &Key) -> bool {
    let Ok(canonical) = Canonical::parse(body) else {
        return false;
    };
    canonical
        .signature()
        .decode()
        .is_ok_and(|signature| key.verify(canonical.string_to_sign(), &signature))
}

/// The time of one call, and whether all calls returned true.
fn nanoseconds(mut work: impl FnMut() -> bool) -> (f64, bool) {
    let begun = Instant::now();
    let good = (0..AT_ONCE).fold(true, |good, _| work() & good);
    (
        begun.elapsed().as_secs_f64() * 1e9 / f64::from(AT_ONCE),
        good,
    )
}
