//! `cargo xtask bench`: measures the speed targets. A missed target is only shown; a wrong answer is a failure.
//!
//! Each row is a ratio: our code and something bare do the same work, in turns, in one run. A slow or busy machine changes
//! both figures, so ratios from different machines can be compared.
#![expect(clippy::float_arithmetic, reason = "times and ratios, never money")]

mod bare;
mod deliver;
mod http;
mod lookup;
mod memory;
mod messages;
mod pages;
mod peers;
mod process;
mod reconcile;
mod rounds;
mod service;
mod signature;
mod table;

pub(crate) use bare::{Arguments as BareArguments, serve as serve_bare};

use anyhow::Result;

use crate::shell;
use table::Row;

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
    /// `verify` as a developer would write it in Node, Python and PHP
    Peers,
    Credits,
    /// `verify` that asks the merchant's billing
    Lookup,
    /// Deliveries to a receiver on this machine
    Deliver,
    Memory,
    /// Pages over a ledger of 5,000,000 payments, on each store: half an hour and 10 GB, so only if asked for; with `--quick` a tenth
    Pages,
    /// A ledger of 10,000,000 operations against a million of the platform's: minutes and 10 GB; with `--quick` a tenth
    Reconcile,
}

/// The number and the length of the rounds.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    seconds: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // Figures of a debug build mean nothing, so a debug build starts the build that is shipped.
    if cfg!(debug_assertions) && !arguments.debug_build {
        let again = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
        let run = "run --profile dist --quiet --package xtask --";
        return shell::run_cargo(&format!("{run} {again}"));
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
        rows.extend(signature::measure(effort)?);
    }
    if is_wanted(Part::Http) {
        rows.extend(http::measure(effort)?);
    }
    if is_wanted(Part::Peers) {
        rows.extend(peers::measure(effort)?);
    }
    if is_wanted(Part::Credits) {
        rows.extend(table::of_credits(arguments.quick, None)?);
        if let Some(customers) = arguments.growth {
            rows.extend(table::of_credits(arguments.quick, Some(customers))?);
        }
    }
    if is_wanted(Part::Lookup) {
        rows.extend(lookup::measure(effort)?);
    }
    if is_wanted(Part::Deliver) {
        rows.push(deliver::measure(effort)?);
    }
    if !rows.is_empty() {
        table::print(&rows);
    }
    if is_wanted(Part::Memory) {
        memory::measure(arguments.connections)?;
    }
    if arguments.only == Some(Part::Pages) {
        pages::measure(arguments.quick)?;
    }
    if is_wanted(Part::Reconcile) {
        reconcile::measure(arguments.quick)?;
    }
    Ok(())
}
