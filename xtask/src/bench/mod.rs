//! `cargo xtask bench`: the speed targets. A missed one is shown and fails nothing; a wrong answer does.
//!
//! Every row is a ratio: the same work done by us and by something bare, in turns, in one run. So a slow or busy
//! machine moves both, and figures of different machines can be compared.
#![expect(clippy::float_arithmetic, reason = "times and ratios, and no money")]

mod bare;
mod connection;
mod credits;
mod figures;
mod http;
mod load;
mod memory;
mod messages;
mod process;
mod service;
mod signature;
mod table;

pub(crate) use bare::{BareArguments, serve_bare};

use anyhow::Result;

use crate::shell;
use table::Row;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Fewer and shorter rounds: a first impression
    #[arg(long)]
    quick: bool,
    /// Only this part
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
    /// Also measures what a credit costs in books of so many customers; filling 10,000,000 takes minutes and 12 GB
    #[arg(long, value_name = "CUSTOMERS")]
    growth: Option<u64>,
    /// How many connections are opened to measure memory
    #[arg(long, value_name = "N", default_value_t = memory::CONNECTIONS, value_parser = clap::value_parser!(u64).range(1..=14_000))]
    connections: u64,
    /// Measures a build for debugging: to try out the benchmark, for the figures say nothing
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

/// How often and how long each pair is measured.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    seconds: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // Figures of a build for debugging say nothing: this one builds the other and hands over.
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
        rows.push(signature::measure(effort)?);
    }
    if is_wanted(Part::Http) {
        rows.extend(http::measure(effort)?);
    }
    if is_wanted(Part::Credits) {
        rows.extend(credits::measure(arguments.quick, None)?);
        if let Some(customers) = arguments.growth {
            rows.extend(credits::measure(arguments.quick, Some(customers))?);
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
